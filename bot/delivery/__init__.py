"""Sending what is due: ticks make it due, the sender sends one message, an engine runs the sender."""

"""What keeps a recovery from going quietly wrong: decisions, approvals, handovers, the watch, climbing reminders."""

"""What the operator's dashboard counts; nothing here ever holds a person's words."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TURNS = Counter("salvage_turns_total", "Turns taken, by kind of event and outcome.", ("kind", "outcome"))
TURN_SECONDS = Histogram("salvage_turn_seconds", "Time from event to commit, in seconds.")
REFUSED = Counter("salvage_requests_refused_total", "Requests refused or ignored at the door.", ("adapter", "reason"))
SENT = Counter("salvage_sent_total", "Messages delivered.", ("platform",))
RETRIED = Counter("salvage_retried_total", "Deliveries put off for another try.", ("platform", "reason"))
DEAD = Counter("salvage_dead_total", "Messages that will never be delivered.", ("platform", "reason"))
ACKS = Counter("salvage_acks_total", "Check-ins answered.", ("answer",))
WAITING = Gauge("salvage_waiting", "Messages due and not yet delivered.")
LATENESS = Histogram(
    "salvage_lateness_seconds",
    "Seconds from when a message was due to when it was delivered.",
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400),
)

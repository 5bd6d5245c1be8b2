"""The tables. Times are instants (UTC); sums are whole cents with their currency; words are kept as typed."""

from bot.storage.tables.base import Base, Instant
from bot.storage.tables.cases import (
    Case,
    Client,
    ContactPerson,
    Criterion,
    DraftRow,
    Entry,
    Lesson,
    PromiseRow,
    Reparation,
    Step,
)
from bot.storage.tables.conversation import Audit, ConversationRow, Event, LocalRow, Note, Shown
from bot.storage.tables.delivery import Climb, Occurrence, Outgoing, Schedule
from bot.storage.tables.summary import Ask, Digest, Look, Reading, ReadingTally, RiskChange, Tally
from bot.storage.tables.team import Person, PlaceRow, Tenant, Workspace

__all__ = [
    "Ask",
    "Audit",
    "Base",
    "Case",
    "Client",
    "Climb",
    "ContactPerson",
    "ConversationRow",
    "Criterion",
    "Digest",
    "DraftRow",
    "Entry",
    "Event",
    "Instant",
    "Lesson",
    "LocalRow",
    "Look",
    "Note",
    "Occurrence",
    "Outgoing",
    "Person",
    "PlaceRow",
    "PromiseRow",
    "Reading",
    "ReadingTally",
    "Reparation",
    "RiskChange",
    "Schedule",
    "Shown",
    "Step",
    "Tally",
    "Tenant",
    "Workspace",
]

"""Which function carries out which outcome, each within the turn's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.coach import outcomes as o
from bot.errors import DialogError
from bot.services import editing, ending, promises
from bot.services.effects import contact, drafts, offers, opening, reminders, steps
from bot.services.follow import contacts, decisions, handover
from bot.services.reports import asks
from bot.services.turn import Result, Turn, told


async def perform(turn: Turn, outcome: Any) -> Result:
    """Carry out an outcome; raises DialogError for one that nobody carries out."""
    if type(outcome) not in EFFECTS:
        raise DialogError(f"nothing is known to be done with {type(outcome).__name__}")
    return await EFFECTS[type(outcome)](turn, outcome)


async def nothing(turn: Turn, outcome: o.Nothing) -> Result:
    """Only words."""
    return told(outcome.words) if outcome.words else Result()


EFFECTS: Mapping[type, Callable[[Turn, Any], Awaitable[Result]]] = {
    o.Nothing: nothing,
    o.Diagnosis: opening.diagnosed,
    o.SameTrouble: opening.told_again,
    o.StepTaken: steps.step_taken,
    o.ContactLogged: contact.contact_logged,
    o.DraftMade: drafts.draft_made,
    o.OfferMade: offers.offer_made,
    o.Reminder: reminders.reminder_set,
    o.ReminderChange: reminders.reminder_changed,
    o.Promise: promises.make,
    o.WishesWatched: contact.wishes_watched,
    o.Closing: ending.closed,
    o.KeptOpen: ending.kept_open,
    o.CaseEdit: editing.edited,
    o.Override: asks.overridden,
    o.Decided: decisions.decided,
    o.HandedOver: handover.handed_over,
    o.PersonAtClient: contacts.keep,
    o.Reviewed: asks.reviewed,
}

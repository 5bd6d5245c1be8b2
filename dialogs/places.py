"""Where check-ins can be posted, and the question for one of these places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.dialog import Choice, Dialog, Load, Say
from bot.view import Note, Option, card, clip, say


@dataclass(frozen=True)
class Spot:
    """Somewhere check-ins can be posted."""

    key: str
    name: str
    safe: bool = True


@dataclass(frozen=True)
class Spots:
    """Where check-ins can be posted: here (where that is safe), in private, and the channels known.

    A channel people from outside read may be named too: whether they still do is judged at each posting. ``unsure``
    are places nobody can vouch for, by name, each with the reason.
    """

    here: str
    private: str
    known: tuple[Spot, ...]
    unsure: tuple[tuple[str, str], ...] = ()

    def options(self) -> tuple[Option, ...]:
        """The places as answers, this one first."""
        here = (Option("Here", self.here),) if self.here else ()
        rest = tuple(Option(p.name, p.key) for p in self.known if p.safe and p.key != self.here)
        return (*here, Option("Only me, in private", self.private), *rest)

    def named(self, words: str) -> str | None:
        """The key of a place as it was typed; None where it is none of these."""
        typed = words.strip().casefold()
        if typed in ("private", "me", "only me", "in private"):
            return self.private
        if typed == "here":
            return self.here or None
        keys = {self.here, self.private, *(p.key for p in self.known)} - {""}
        return next(
            (p.key for p in self.known if p.name.casefold().lstrip("#") == typed.lstrip("#")),
            words if words in keys else None,
        )


def spots(data: Any) -> Spots:
    """The places as they were looked up."""
    return Spots(
        data["here"],
        data["private"],
        tuple(Spot(p["key"], p["name"], p.get("safe", True)) for p in data["places"]),
        tuple((p["name"], p["why"]) for p in data.get("unsure", ())),
    )


def where(given: str, *, ask: bool = False) -> Dialog[str]:
    """The key of the place; one that is not known is said, and the known ones are offered, even one with ``ask``."""
    known = yield from Load("places", "places", spots)
    found = known.named(given) if given else None
    if found is not None:
        return found
    if given:
        yield from Say("bad_place", card(Note(say("{wrong}", wrong=unknown_place(given, known.unsure)))))
    elif not ask and len(known.options()) == 1:
        return known.private
    near = {"private": known.private, "me": known.private} | ({"here": known.here} if known.here else {})
    return (
        yield from Choice(
            "place", "Where shall I ask?", options=known.options(),
            near=near | {p.name.casefold().lstrip("#"): p.key for p in known.known},
        )
    )  # fmt: skip


def unknown_place(given: str, unsure: tuple[tuple[str, str], ...] = ()) -> str:
    """Why a place cannot be used, and what to do instead."""
    typed = given.strip().casefold().lstrip("#")
    why = next((why for name, why in unsure if name.casefold().lstrip("#") == typed), "")
    if why:
        where = "here" if typed == "here" else f"in {clip(given.strip(), 60)}"
        return f"I can't ask {where}: {why}. Invite me, or pick another place."
    if given.strip().casefold() == "here":
        return "People from outside may read here, or it is a private chat, so I don't post check-ins here."
    name = clip(given.strip(), 60)
    return f"I don't know {name} as a place of your own team. Speak to me there once, or pick another."

"""A small made-up world in which every dialog can be played: what each look-up answers, and how a seat works."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from bot.coach import cadence
from bot.coach.cadence import Cadence, Rhythm
from bot.coach.casefile import Commitment, Offer, Wish
from bot.coach.money import Money
from bot.dialog import (
    Ask,
    BadAnswer,
    Done,
    Make,
    Need,
    Question,
    Standing,
    advance,
    loaded,
    said_key,
    without_last,
)
from bot.services.facts import LOADS
from dialogs.options import Name
from tests.dialogs.play import AT, NOW, case_json

MAY_OFFER = 500_000


def approval_of(cents: int) -> dict[str, Any]:
    """Up to 5,000 a person may offer alone; beyond it Sam is asked."""
    within = cents <= MAY_OFFER
    return {"within": within, "limit": MAY_OFFER, "asked": "" if within else "Sam"}


Look = Callable[[str, Mapping[str, Any]], Any]

TEAM: dict[str, Any] = {
    "me": "priya",
    "people": [
        {"key": "priya", "name": "Priya"}, {"key": "omar", "name": "Omar Haddad"}, {"key": "sam", "name": "Sam"},
    ],
}  # fmt: skip
PLACES = {
    "here": "C1",
    "private": "@priya",
    "places": [{"key": "C1", "name": "#accounts"}, {"key": "C2", "name": "#ops"}],
}
MONDAYS = Cadence(Rhythm.weekly, time(9), weekday=0, zone="Europe/Berlin")
SCHEDULE = {
    "id": 4, "number": 1, "client": "Acme", "cadence": cadence.to_json(MONDAYS), "words": "every Monday at 09:00",
    "state": "on", "next": "Monday 09:00",
}  # fmt: skip
LIKELY = {
    "causes": ["kept_in_dark", "missed_deadline_or_no_show", "slow_response", "unknown", "nothing_wrong"],
    "second": "missed_deadline_or_no_show",
    "fault": "ours",
    "severity": "high",
}
ADVICE = [
    {
        "play": "ask_what_is_wrong", "title": "Ask what is wrong", "why_now": "nobody has heard them yet",
        "how": ["Call.", "Listen to the end."], "source": "seed 003", "draft": "ask", "early": [],
    },
    {
        "play": "pay_or_reparation", "title": "Make it right", "why_now": "it cost them money",
        "how": ["Name the sum."], "source": "seed 004", "draft": "", "early": ["they have not been heard"],
    },
]  # fmt: skip
RICH = case_json(
    wishes=(Wish(5, "A mail every Thursday"), Wish(6, "A refund of €300"), Wish(7, "One contact", met=True)),
    cost=Money(240_000, "EUR"), offers=(Offer(1, "Two free days", 90_000, "EUR", "approved"),),
    promises=(Commitment(9, "A mail every Thursday", NOW + timedelta(days=7), "open"),), client_words="Nobody told me.",
)  # fmt: skip


def client_named(name: str = "", client_id: int | None = None) -> dict[str, Any]:
    """Acme is known and has a case, Northwind has none; other names are new, unless they are near."""
    known = {"acme": (3, "Acme", 1), "northwind": (4, "Northwind", None)}
    key = {3: "acme", 4: "northwind"}.get(client_id or 0, name.strip().casefold())
    if key in known:
        number, exact, case = known[key]
        return {"id": number, "name": exact, "near": [], "case": case, "contact": ""}
    near = [{"id": 3, "name": "Acme"}] if key.startswith("acm") else []
    return {"id": None, "name": name, "near": near, "case": None, "contact": ""}


def look_up(name: str, params: Mapping[str, Any], case: Any = None) -> Any:
    """What a look-up answers here; its parameters are held against the real look-up's own."""
    inspect.signature(LOADS[name]).bind(None, **params)
    match name:
        case "client":
            return client_named(**params)
        case "case":
            return RICH if case is None else case
        case "lessons":
            return ["Tell them first."] if params["cause"] == "kept_in_dark" else []
        case "approval":
            return approval_of(params["cents"])
        case "schedule":
            return SCHEDULE | {"id": params["schedule"]}
        case _:
            known: dict[str, Any] = {
                "team": TEAM, "places": PLACES, "likely_causes": LIKELY, "advice": ADVICE, "my_clients": ["Acme"],
            }  # fmt: skip
            return known[name]


@dataclass
class Seat:
    """A person's seat without storage: answers, edits and backs, as the driver takes them."""

    make: Make
    look: Look
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def stand(self) -> Standing:
        """Run to the next question or the end, looking up what is needed."""
        standing = advance(self.make, self.answers)
        while isinstance(standing, Need):
            load = standing.load
            self.answers |= loaded(load, self.look(load.name, load.params))
            standing = advance(self.make, self.answers)
        self.answers |= {said_key(s.key): True for s in standing.path.unsaid}
        return standing

    def give(self, question: Question[Any], raw: Any) -> bool:
        """Take an answer; False where it is refused."""
        try:
            self.answers[question.key] = question.accept(raw, AT)
        except BadAnswer as wrong:
            self.refused.append(str(wrong))
            return False
        return True

    def back(self) -> None:
        """Take the last answer back."""
        self.answers = without_last(self.answers, self.stand().path)

    def finish(self, most: int = 80) -> Done[Any]:
        """Answer whatever is still asked in the plainest way."""
        for _ in range(most):
            standing = self.stand()
            if isinstance(standing, Done):
                return standing
            assert isinstance(standing, Ask)
            assert self.give(standing.question, plain_answer(standing.question)), standing.question
        raise AssertionError(f"never done: {self.stand()}")


SENTENCE = "Dana wants a refund of €300 and a written report by Friday."


def plain_answer(question: Question[Any]) -> Any:
    """An answer that fits: the last option, or what a sensible person types."""
    if question.kind == "many":
        return "none"
    if question.options:
        return {"pick": question.options[-1].value}
    if isinstance(question, Name):
        return "Dana Reed"
    return {"money": "€500", "date": "tomorrow 10:00", "scale": "2"}.get(question.kind, SENTENCE)


def straight_through(seat: Seat, standing: Done[Any]) -> Seat:
    """A fresh seat that is given only the final answers, each when it is asked for."""
    fresh = Seat(seat.make, seat.look)
    for _ in range(len(standing.path.keys) + 1):
        now = fresh.stand()
        if isinstance(now, Done):
            return fresh
        assert isinstance(now, Ask)
        fresh.asked.append(now.question.key)
        fresh.answers[now.question.key] = seat.answers[now.question.key]
    raise AssertionError("asked for more than was answered")


RAW: Sequence[Any] = (
    "Furious. Wants a refund of €300 and a written report by Friday.", "no reply", "yes", "no", "all", "none", "skip",
    "1", "2", "3", "1, 2", "tomorrow 9:00", "31 February", "25:00", "yesterday", "last Friday", "€500", "2400 eur",
    "CHF 300", "1.2.3", "Acme", "acm", "Northwind", "Initech", "later", "weekly", "the 15th", "Monday", "@omar",
    "Nobody", "", "   ", "\x00\u202e", "<b>&amp; **x** {wish}</b>", "x" * 60_000, None, 5, True, 2.5, {}, [], ["1"],
    [["x"]], {"pick": None}, {"pick": "nonsense"}, {"pick": ["x"]}, {"pick": {"a": 1}}, ["5", "6"], "in 3 days",
    "two things; a refund",
)  # fmt: skip

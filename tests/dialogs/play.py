"""Play a dialog without a database: typed answers and looked-up facts in, what was shown and the result out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.coach.casefile import CaseFile
from bot.coach.casefile import to_json as case_to_json
from bot.coach.causes import Cause
from bot.coach.playbook import Stage
from bot.dialog import Ask, BadAnswer, Done, Make, Moment, Need, Standing, advance, line_of, loaded, said_key
from bot.view import Card, plain

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
AT = Moment(NOW, "Europe/Berlin")


@dataclass
class Played:
    """What a dialog showed and asked, in order, and how it stands at the end."""

    standing: Standing
    answers: dict[str, Any] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def result(self) -> Any:
        """What the dialog came to; fails where it still waits."""
        assert isinstance(self.standing, Done), f"still open: {self.open_key}"
        return self.standing.result

    @property
    def open_key(self) -> str:
        """The key of the open question, '' where there is none."""
        return self.standing.question.key if isinstance(self.standing, Ask) else ""

    @property
    def text(self) -> str:
        """Every card shown, as words."""
        return "\n".join(card.text for card in self.cards)


def play(make: Make, answers: Sequence[str | Mapping[str, Any]], loads: Mapping[str, Any] | None = None) -> Played:
    """Answer the open questions one after another, as a person types or presses, until the answers are used up.

    ``loads`` gives each look-up by its name, as JSON. A refused answer is kept and the next one tried.
    """
    played = Played(advance(make, {}))
    left = list(answers)
    while not isinstance(_looked_up(make, played, loads or {}), Done) and left:
        assert isinstance(played.standing, Ask)
        question = played.standing.question
        try:
            raw = left.pop(0)
            recorded = question.accept(dict(raw) if isinstance(raw, Mapping) else raw, AT)
        except BadAnswer as wrong:
            played.refused.append(str(wrong))
            continue
        played.answers[question.key] = recorded
    assert not left, f"never asked for {left}"
    return played


def _looked_up(make: Make, played: Played, loads: Mapping[str, Any]) -> Standing:
    while True:
        played.standing = advance(make, played.answers)
        for say in played.standing.path.unsaid:
            played.cards.append(say.card)
            played.answers[said_key(say.key)] = True
        if not isinstance(played.standing, Need):
            break
        load = played.standing.load
        assert load.name in loads, f"no look-up called {load.name}"
        played.answers |= loaded(load, loads[load.name])
    if isinstance(played.standing, Ask) and (not played.asked or played.asked[-1] != played.standing.question.key):
        played.asked.append(played.standing.question.key)
    return played.standing


def prompt(played: Played) -> str:
    """The words of the open question."""
    assert isinstance(played.standing, Ask)
    return plain(line_of(played.standing.question.prompt))


def a_case(**changes: Any) -> CaseFile:
    """A case as it is looked up: Acme was kept in the dark, Dana is to be written to, Priya asks."""
    facts: dict[str, Any] = {
        "id": 11, "number": 1, "client": "Acme", "client_id": 3, "stage": Stage.at_risk, "owner": "Priya",
        "owner_key": "priya", "story": "The new stock list came three days late.", "cause": Cause.kept_in_dark,
        "fault": "ours", "severity": "high", "now": NOW, "zone": AT.zone, "opened_at": NOW - timedelta(days=2),
        "stage_at": NOW - timedelta(days=2), "version": 1, "contact": "Dana", "asker": "Priya",
    }  # fmt: skip
    return CaseFile(**facts | changes)


def case_json(**changes: Any) -> Any:
    """The same as a look-up gives it."""
    return case_to_json(a_case(**changes))

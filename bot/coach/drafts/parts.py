"""What a message is made of: one point after another, each with its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.coach.casefile import CaseFile
from bot.coach.drafts.gap import BadDraft, Gap, fits
from bot.coach.drafts.gaps import gaps
from bot.coach.drafts.kinds import DraftKind
from bot.coach.drafts.words import action, bare, client_day, client_when, cost_of, is_done, sentence, told_of
from bot.coach.money import Money

Answer: TypeAlias = str | datetime | Money | None
Answers: TypeAlias = Mapping[str, Answer]


@dataclass(frozen=True)
class Part:
    """One point of a message: what it is for, its sentences, and whether a paragraph begins with it."""

    point: str
    words: str
    begins: bool = False


@dataclass(frozen=True)
class Material:
    """The facts of a case and what the person answered, as sentences."""

    case: CaseFile
    answers: Answers

    @classmethod
    def of(cls, kind: DraftKind, case: CaseFile, answers: Answers) -> "Material":
        """The answers that this draft needs, checked; raises BadDraft where one is missing or will not do."""
        wanted = gaps(kind, case)
        return cls(case, {gap.key: _checked(gap, answers.get(gap.key)) for gap in wanted})

    @property
    def name(self) -> str:
        """How the client's person is greeted."""
        return bare(self.raw("name")) or bare(self.case.hurt) or self.case.client

    @property
    def ours(self) -> bool:
        """Whether it was our doing, in whole or in part."""
        return self.case.fault in ("ours", "shared")

    def has(self, key: str) -> bool:
        """Whether there is an answer."""
        return self.answers.get(key) is not None

    def raw(self, key: str) -> str:
        """An answer as it was typed; '' where there is none."""
        answer = self.answers.get(key)
        return answer if isinstance(answer, str) else ""

    def said(self, key: str) -> str:
        """An answer as a whole sentence; '' where there is none."""
        return sentence(self.raw(key))

    def we(self, key: str) -> str:
        """An answer about what we did as a whole sentence."""
        return told_of("We", self.raw(key))

    def cost(self, key: str) -> str:
        """An answer about what it did to the client as a whole sentence."""
        return cost_of(self.raw(key))

    def act(self, key: str) -> str:
        """An answer about what we do as a whole sentence."""
        return action(self.raw(key))

    def money(self, key: str) -> Money | None:
        """A sum; None where there is none."""
        answer = self.answers.get(key)
        return answer if isinstance(answer, Money) else None

    def when(self, key: str) -> str:
        """A time as the client can read it on any day; '' where there is none."""
        answer = self.answers.get(key)
        return client_when(answer, self.case.zone, self.case.now) if isinstance(answer, datetime) else ""

    def day(self, key: str) -> str:
        """A day as the client can read it; '' where there is none."""
        answer = self.answers.get(key)
        return client_day(answer, self.case.zone) if isinstance(answer, datetime) else ""

    def done(self, key: str) -> bool:
        """Whether an answer tells of something done already."""
        return is_done(self.raw(key))


def _checked(gap: Gap, answer: Answer) -> Answer:
    if answer is None or answer == "":
        if gap.optional:
            return None
        raise BadDraft(f"I still need one thing for this. {gap.prompt}")
    match gap.kind, answer:
        case "text", str():
            return fits(gap, answer)
        case "when", datetime():
            return answer
        case "money", Money():
            return answer if answer.cents else None
    raise BadDraft(f"That does not answer the question. {gap.prompt}")

"""Whether what we offer makes it right: slightly better off than before, not so much that complaining pays."""

from dataclasses import dataclass
from enum import StrEnum

from bot.coach.money import Money, say_money

RIGHT_UP_TO = 1.5
"""Up to what share of their loss an offer is 'slightly better off' (playbook.toml, `pay_or_reparation`, names
the source; the figure is ours)."""


class Weight(StrEnum):
    """How an offer stands against what it cost them."""

    unknown = "unknown"
    mixed = "mixed"
    too_little = "too_little"
    right = "right"
    too_much = "too_much"


@dataclass(frozen=True)
class Judgement:
    """How an offer stands, and the sentence with its numbers."""

    weight: Weight
    words: str

    @property
    def warns(self) -> bool:
        """Whether the offer is worth another thought before it is made."""
        return self.weight in (Weight.too_little, Weight.too_much)


def weigh(cost: Money | None, offer: Money) -> Judgement:
    """An offer against what the trouble cost the client; different currencies are not compared."""
    if cost is None or cost.cents == 0:
        return Judgement(
            Weight.unknown,
            f"{say_money(offer)}, and no sum of theirs to compare it with. Ask them what it cost.",
        )
    if cost.currency != offer.currency:
        return Judgement(
            Weight.mixed,
            f"Their loss is in {cost.currency} and the offer in {offer.currency}, so I don't compare them. "
            "Check yourself that it covers the loss.",
        )
    against = f"{say_money(offer)} against a loss of {say_money(cost)}"
    gap = Money(abs(offer.cents - cost.cents), cost.currency)
    if offer.cents < cost.cents:
        return Judgement(Weight.too_little, f"{against}: they would still be {say_money(gap)} worse off than before.")
    if offer.cents > cost.cents * RIGHT_UP_TO:
        most = say_money(Money(int(cost.cents * RIGHT_UP_TO), cost.currency))
        return Judgement(
            Weight.too_much,
            f"{against}: {say_money(gap)} more than it cost them, so complaining would pay. Up to {most} is plenty.",
        )
    if gap.cents == 0:
        return Judgement(Weight.right, f"{against}: it makes them whole. A small gesture on top is remembered.")
    return Judgement(Weight.right, f"{against}: they end up slightly better off than before. That is right.")

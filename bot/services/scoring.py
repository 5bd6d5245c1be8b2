"""Keeping a case's risk and its reasons up to date, so that lists need no work per case."""

from __future__ import annotations

from bot.coach import risk
from bot.services.turn import Turn
from bot.storage.tables import Case, Client


async def rescore(turn: Turn, case: Case, client: Client) -> None:
    """Write the case's risk as it stands now."""
    found = risk.assess(
        risk.RiskFacts(
            severity=case.severity,
            readings=tuple(case.readings),
            stage=case.stage,
            days_quiet=(turn.now - (case.last_contact_at or case.opened_at)).days,
            overdue=case.next_due_at is not None and case.next_due_at < turn.now,
            waiting=case.waiting_since is not None,
            value_cents=client.value_cents,
            days_to_date=_days_to(turn, client),
        )
    )
    case.risk, case.risk_why = found.score, list(found.reasons)


def _days_to(turn: Turn, client: Client) -> int | None:
    dates = [d for d in (client.notice_on, client.renewal_on) if d is not None]
    return (min(dates) - turn.now.date()).days if dates else None

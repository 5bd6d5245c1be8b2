"""The portfolio as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence

from bot.coach.causes import INFO, Cause
from bot.coach.playbook import Stage
from bot.services.cards import READING_WORDS
from bot.services.cases import STAGE_WORDS
from bot.services.reports.home import play_words
from bot.services.reports.portfolio import Row
from bot.services.turn import Turn

MOST = 100_000
"""Rows of one file."""

COLUMNS = {
    "case": "Case", "client": "Client", "stage": "Stage", "cause": "Cause", "severity": "Severity", "risk": "Risk",
    "why": "Why", "override": "Set by hand", "value": "Value", "currency": "Currency", "period": "Per",
    "notice": "Notice", "renewal": "Renewal", "owner": "Owner", "temperature": "Last reading",
    "contact": "Last contact", "next": "Next step", "due": "Due", "opened": "Opened",
}  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "|", "%")
_UNSEEN = ("C", "Z")


def as_csv(turn: Turn, rows: Sequence[tuple[Row, Sequence[str]]]) -> str:
    """Rows and why they stand there, with a heading; what a spreadsheet would run as a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values())
    for row, why in rows:
        cells = _cells(turn, row, why)
        writer.writerow([safe(cells[name]) for name in COLUMNS])
    return out.getvalue()


def safe(cell: str) -> str:
    """A cell no spreadsheet runs (OWASP, CSV injection).

    What decides is the first character that is seen, in its plain form: some spreadsheets drop what is unseen, and
    read the wide ``＝`` as ``=``.
    """
    if not cell:
        return cell
    seen = next((c for c in cell if unicodedata.category(c)[0] not in _UNSEEN), "")
    starts = unicodedata.normalize("NFKC", seen)[:1] in _FORMULA if seen else False
    controlled = unicodedata.category(cell[0]) in ("Cc", "Cf")
    return "'" + cell if starts or controlled else cell


def _cells(turn: Turn, row: Row, why: Sequence[str]) -> dict[str, str]:
    cells: dict[str, object] = {
        "case": row.label, "client": row.client, "stage": STAGE_WORDS[Stage(row.stage)],
        "cause": INFO[Cause(row.cause)].said, "severity": row.severity, "risk": row.risk,
        "why": "; ".join(why), "override": row.override_why,
        "value": None if row.value_cents is None else f"{row.value_cents / 100:.2f}",
        "currency": row.currency, "period": row.period if row.value_cents is not None else None,
        "notice": row.notice_on, "renewal": row.renewal_on, "owner": row.owner,
        "temperature": row.temperature and READING_WORDS[row.temperature],
        "contact": row.last_contact_at and f"{row.last_contact_at:%Y-%m-%d}",
        "next": play_words(turn, row.next_play), "due": row.next_due_at and f"{row.next_due_at:%Y-%m-%d}",
        "opened": f"{row.opened_at:%Y-%m-%d}",
    }  # fmt: skip
    return {name: "" if value is None else str(value) for name, value in cells.items()}

"""Sending what is due.

Messages wait in the outbox; a lane sends those of one tenant; an engine gives lanes their turn.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.coach.playbook import Playbook
from bot.delivery.courier import Courier
from bot.delivery.in_process import InProcess
from bot.delivery.pace import PACES, Pace
from bot.delivery.port import Engine
from bot.delivery.sender import Messengers
from bot.ports import Clock
from bot.storage.database import Database


def engine_for(
    database: Database,
    clock: Clock,
    playbook: Playbook,
    messengers: Messengers,
    paces: Mapping[str, Pace] = PACES,
) -> Engine:
    """The engine for a database: in this process on SQLite, shared by many on PostgreSQL."""
    courier = Courier(database, clock, playbook, messengers, paces=paces)
    if database.sqlite:
        return InProcess(courier)
    from bot.delivery.pgqueuer_engine import PgQueuerEngine

    return PgQueuerEngine(courier)

"""How fast a platform lets one app write: to one place, and to one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one message to the next, in one place and in one workspace."""

    place: float = 0.0
    workspace: float = 0.0


FREE = Pace()

PACES: Mapping[str, Pace] = {
    # docs.slack.dev/apis/web-api/rate-limits: one message a second a channel, several hundred a minute a workspace.
    "slack": Pace(place=1.0, workspace=0.2),
    # learn.microsoft.com, rate limiting of bots: 60 in 30 seconds a conversation, 50 a second an app and tenant.
    "teams": Pace(place=0.5, workspace=0.02),
}


def pace_of(tenant: str, paces: Mapping[str, Pace] = PACES) -> Pace:
    """The pace of a tenant's platform."""
    return paces.get(tenant.split(":", 1)[0], FREE)

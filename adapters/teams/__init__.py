"""Microsoft Teams: activities in, Adaptive Cards out, over our own HTTP and authentication."""

from adapters.teams.app import Teams
from adapters.teams.package import build_package
from adapters.teams.settings import TeamsSettings

__all__ = ["Teams", "TeamsSettings", "build_package"]

"""What the composition root tells the Teams adapter; it never reads the environment itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AppType = Literal["SingleTenant", "MultiTenant", "UserAssignedMSI"]

SERVICE_HOSTS = (
    "smba.trafficmanager.net",
    "*.botframework.com",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)
"""Microsoft's own connector hosts: the only ones a token is ever sent to, beside what a setting adds."""


@dataclass(frozen=True)
class TeamsSettings:
    """How the bot is registered, and where Microsoft's services are.

    ``local`` accepts unsigned requests and a connector on this machine, for local tools. ``service_hosts`` are
    host names tokens may be sent to, ``*.`` for every host below, or whole origins (``http://127.0.0.1:9000``).
    ``sign_in_url`` is where the bot's own tokens come from, ``openid_url`` where the keys of Microsoft's are listed.
    """

    app_id: str = ""
    app_password: str = ""
    tenant_id: str = ""
    app_type: AppType = "SingleTenant"
    local: bool = False
    public_url: str = "https://example.org"
    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    issuer: str = "https://api.botframework.com"
    sign_in_url: str = "https://login.microsoftonline.com"
    scope: str = "https://api.botframework.com/.default"
    identity_url: str = "http://169.254.169.254/metadata/identity/oauth2/token"
    identity_header: str = ""
    service_hosts: tuple[str, ...] = SERVICE_HOSTS

    @property
    def configured(self) -> bool:
        """Whether the endpoint is on: a registered bot, or local tools."""
        return bool(self.app_id) or self.local

    @property
    def token_tenant(self) -> str:
        """The directory that signs the bot's own tokens."""
        return self.tenant_id if self.app_type != "MultiTenant" and self.tenant_id else "botframework.com"

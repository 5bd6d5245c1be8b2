"""Settings: the only reader of the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import CannotStart
from bot.loopback import is_loopback


class Settings(BaseSettings):
    """Everything that can be set from outside; README lists each (a test keeps it so)."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=1, le=65_535)
    database_url: str = "sqlite:///salvage.db"
    salvage_secret_key: SecretStr = SecretStr("")
    salvage_deliver: bool = True
    salvage_playbook: Path | None = None
    salvage_zone: str = ""
    salvage_retention_days: int = Field(default=0, ge=0, le=36_500)

    slack_bot_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"

    microsoft_app_id: str = ""
    microsoft_app_password: SecretStr = SecretStr("")
    microsoft_app_tenant_id: str = ""
    microsoft_app_type: Literal["SingleTenant", "MultiTenant", "UserAssignedMSI"] = "SingleTenant"
    identity_endpoint: str = ""
    identity_header: SecretStr = SecretStr("")
    teams_local: bool = False
    teams_service_hosts: str = ""
    teams_openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    teams_issuer: str = "https://api.botframework.com"
    teams_sign_in_url: str = "https://login.microsoftonline.com"
    salvage_public_url: str = ""

    @property
    def zone(self) -> str:
        """The IANA zone of people whose platform does not say theirs: as set, the machine's, else UTC.

        Raises CannotStart where what is set is no zone.
        """
        wanted = self.salvage_zone or str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
        if wanted in available_timezones():
            return wanted
        if self.salvage_zone:
            raise CannotStart(
                f"SALVAGE_ZONE {self.salvage_zone[:60]!r} is no time zone. Use one such as Europe/Berlin."
            )
        return "UTC"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach what is served."""
        return is_loopback(self.host)


def read_settings() -> Settings:
    """The settings as the environment has them; raises CannotStart with every wrong one named."""
    try:
        settings = Settings()
    except ValidationError as wrong:
        lines = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in wrong.errors())
        raise CannotStart(f"A setting is not right: {lines}.") from wrong
    if settings.teams_local and not settings.loopback:
        raise CannotStart("TEAMS_LOCAL=1 accepts unsigned requests, so HOST must be 127.0.0.1. Unset one of them.")
    return settings

"""What the environment says about Teams reaches the adapter."""

import pytest

from adapters.teams.hosts import may_see_token
from bot.config import Settings
from bot.platforms import teams_settings


def test_microsofts_public_cloud_is_where_everything_is_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEAMS_SERVICE_HOSTS", "TEAMS_OPENID_URL", "IDENTITY_ENDPOINT", "SALVAGE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    made = teams_settings(Settings(microsoft_app_id="a"))
    assert made.openid_url == "https://login.botframework.com/v1/.well-known/openidconfiguration"
    assert may_see_token("https://smba.trafficmanager.net/emea/", made)
    assert not may_see_token("http://127.0.0.1:9000/", made)


def test_every_setting_of_teams_reaches_the_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALVAGE_PUBLIC_URL", "https://salvage.example.org")
    monkeypatch.setenv("TEAMS_SERVICE_HOSTS", "http://127.0.0.1:9000, *.teams.example.org")
    monkeypatch.setenv("TEAMS_OPENID_URL", "https://keys.example.org/openid")
    monkeypatch.setenv("TEAMS_ISSUER", "https://api.botframework.us")
    monkeypatch.setenv("TEAMS_SIGN_IN_URL", "https://login.microsoftonline.us")
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:41/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret")
    made = teams_settings(Settings())
    assert made.public_url == "https://salvage.example.org"
    assert (made.openid_url, made.issuer) == ("https://keys.example.org/openid", "https://api.botframework.us")
    assert made.scope == "https://api.botframework.us/.default"
    assert made.sign_in_url == "https://login.microsoftonline.us"
    assert (made.identity_url, made.identity_header) == ("http://127.0.0.1:41/token", "secret")
    assert may_see_token("http://127.0.0.1:9000/", made)
    assert may_see_token("https://emea.teams.example.org/", made)
    assert may_see_token("https://smba.trafficmanager.net/emea/", made)
    assert not may_see_token("https://example.org/", made)

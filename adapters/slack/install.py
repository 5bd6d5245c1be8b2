"""Many workspaces: installing by OAuth, tokens encrypted at rest and renewed in time, everything deleted on leaving."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Float,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeDecorator

from adapters.slack.tokens import Installed, SlackSettings, Web, not_installed
from bot.errors import CannotStart, TryLater

log = structlog.get_logger()

BOTS, INSTALLATIONS, STATES = "slack_bots", "slack_installations", "slack_oauth_states"
TEAMS, RENEWALS = "slack_teams", "slack_renewals"
SECRET_COLUMNS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token")
KEEP_SECONDS = 60.0
RENEW_MINUTES = 120  # before a token ends
RENEWAL_LEASE = 30.0
SHORTEST_SECRET = 24


# --- secrets -----------------------------------------------------------------------------------------------


def cipher_of(secret: str) -> MultiFernet:
    """The cipher for keys with commas between, newest first; raises CannotStart where there is no good key."""
    keys = [key.strip() for key in secret.split(",") if key.strip()]
    if not keys or any(len(key) < SHORTEST_SECRET for key in keys):
        raise CannotStart(
            "SALVAGE_SECRET_KEY must hold a key that encrypts Slack's tokens: at least "
            f"{SHORTEST_SECRET} random characters, for instance from `openssl rand -base64 32`."
        )
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(key: str) -> bytes:
    try:
        Fernet(key)
    except ValueError:
        return base64.urlsafe_b64encode(hashlib.sha256(b"salvage tokens at rest:" + key.encode()).digest())
    return key.encode()


class Secret(TypeDecorator[str]):
    """Text that is encrypted in the database; what no key opens any more reads as nothing."""

    impl = Text
    cache_ok = False

    def __init__(self, cipher: MultiFernet) -> None:
        super().__init__()
        self._cipher = cipher

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt."""
        return None if value is None else self._cipher.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt."""
        if value is None:
            return None
        try:
            return self._cipher.decrypt(value.encode()).decode()
        except InvalidToken:
            log.error("slack.token_unreadable")
            return None


# --- tables ------------------------------------------------------------------------------------------------


def build_tables(metadata: MetaData) -> None:
    """Add the tables of this adapter to a schema; secrets are plain text columns to it."""
    for build, name in (
        (AsyncSQLAlchemyInstallationStore.build_bots_table, BOTS),
        (AsyncSQLAlchemyInstallationStore.build_installations_table, INSTALLATIONS),
    ):
        _seal(build(metadata, name), Text())
    AsyncSQLAlchemyOAuthStateStore.build_oauth_states_table(metadata, STATES)
    _teams_table(metadata)
    _renewals_table(metadata)


def _seal(table: Table, kind: Text | Secret) -> None:
    for name in SECRET_COLUMNS:
        if name in table.c:
            table.c[name].type = kind


def _teams_table(metadata: MetaData) -> Table:
    """Which organisation a workspace belongs to: its installation may be the organisation's."""
    return Table(
        TEAMS, metadata, Column("team", String(32), primary_key=True), Column("enterprise", String(32), nullable=False)
    )


def _renewals_table(metadata: MetaData) -> Table:
    """Who renews a token right now: a refresh token works once."""
    return Table(
        RENEWALS, metadata, Column("key", String(80), primary_key=True), Column("until", Float, nullable=False)
    )


class Store(AsyncSQLAlchemyInstallationStore):
    """Bolt's installation store with encrypted tokens."""

    def __init__(self, client_id: str, engine: AsyncEngine, cipher: MultiFernet) -> None:
        super().__init__(client_id, engine, BOTS, INSTALLATIONS)
        for table in (self.bots, self.installations):
            _seal(table, Secret(cipher))

    async def reseal(self) -> None:
        """Encrypt every token with the newest key."""
        async with self.engine.begin() as db:
            for table in (self.bots, self.installations):
                names = [n for n in SECRET_COLUMNS if n in table.c]
                for row in (await db.execute(select(table.c.id, *(table.c[n] for n in names)))).mappings():
                    known = {n: row[n] for n in names if row[n] is not None}
                    if known:
                        await db.execute(update(table).where(table.c.id == row["id"]).values(**known))

    async def find_by_team(self, team: str) -> Bot | None:
        """The newest installation in a workspace, whatever organisation it belongs to."""
        return await self._newest(self.bots.c.team_id == team)

    async def find_by_enterprise(self, enterprise: str) -> Bot | None:
        """The newest installation of a whole organisation."""
        return await self._newest(self.bots.c.enterprise_id == enterprise, self.bots.c.team_id.is_(None))

    async def _newest(self, *where: ColumnElement[bool]) -> Bot | None:
        c = self.bots.c
        query = select(self.bots).where(c.client_id == self.client_id, *where)
        async with self.engine.connect() as db:
            row = (await db.execute(query.order_by(c.installed_at.desc()).limit(1))).mappings().first()
        if row is None or not row["bot_token"]:
            return None
        fields = {k: row[k] for k in row if k not in ("id", "client_id")}
        return Bot(**{**fields, "bot_scopes": fields["bot_scopes"] or ""})

    async def delete_team(self, team: str, enterprise: str) -> None:
        """Delete every token of a workspace, or of a whole organisation where ``team`` is empty."""
        async with self.engine.begin() as db:
            for table in (self.bots, self.installations):
                c = table.c
                here = c.team_id == team if team else and_(c.enterprise_id == enterprise, c.team_id.is_(None))
                await db.execute(delete(table).where(c.client_id == self.client_id, here))


# --- installations -----------------------------------------------------------------------------------------


class Installations:
    """Fulfils :class:`adapters.slack.tokens.Tokens` from the database; renews what is about to end."""

    def __init__(
        self, web: Web, settings: SlackSettings, engine: AsyncEngine, now: Callable[[], float] = time.time
    ) -> None:
        self.cipher = cipher_of(settings.secret_key)
        self.store = Store(settings.client_id, engine, self.cipher)
        self.states = AsyncSQLAlchemyOAuthStateStore(600, engine, table_name=STATES)
        self._web = web
        self._settings = settings
        self._engine = engine
        self._now = now
        self._teams = _teams_table(MetaData())
        self._renewals = _renewals_table(MetaData())
        self._kept: dict[str, tuple[float, Installed]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._grid: dict[str, str] = {}

    async def of(self, team: str, enterprise: str = "") -> Installed:
        """The installation that speaks in a workspace: its own, else its organisation's."""
        kept = self._kept.get(team)
        if kept and self._now() - kept[0] < KEEP_SECONDS:
            return kept[1]
        if enterprise and team:
            await self._learn(team, enterprise)
        found = await self._find(team, enterprise)
        if found is None:
            raise not_installed()
        fresh = await self._renewed(found)
        installed = Installed(
            fresh.bot_token, team, fresh.enterprise_id or "", fresh.bot_id or "", fresh.bot_user_id or ""
        )
        self._kept[team] = (self._now(), installed)
        return installed

    async def _find(self, team: str, enterprise: str) -> Bot | None:
        found = await self.store.find_by_team(team) if team else None
        if found is None:
            grid = enterprise or await self._enterprise_of(team)
            found = await self.store.find_by_enterprise(grid) if grid else None
        return found

    async def _learn(self, team: str, enterprise: str) -> None:
        if self._grid.get(team) == enterprise:
            return
        async with self._engine.begin() as db:
            await db.execute(delete(self._teams).where(self._teams.c.team == team))
            await db.execute(insert(self._teams).values(team=team, enterprise=enterprise))
        self._grid[team] = enterprise

    async def _enterprise_of(self, team: str) -> str:
        async with self._engine.connect() as db:
            found = await db.scalar(select(self._teams.c.enterprise).where(self._teams.c.team == team))
        return str(found or "")

    def forget(self, team: str) -> None:
        """Look it up anew the next time."""
        self._kept.pop(team, None)

    async def purge(self, team: str, enterprise: str = "") -> list[str]:
        """Delete an installation's tokens at once; gives the workspaces it spoke in.

        A workspace of the organisation that has an installation of its own keeps it.
        """
        known = [team] if team else await self._teams_of(enterprise)
        await self.store.delete_team(team, enterprise)
        for gone in known:
            self.forget(gone)
        teams = [t for t in known if team or await self.store.find_by_team(t) is None]
        log.info("slack.purged", teams=len(teams))
        return teams

    async def _teams_of(self, enterprise: str) -> list[str]:
        async with self._engine.connect() as db:
            rows = await db.scalars(select(self._teams.c.team).where(self._teams.c.enterprise == enterprise))
            return list(rows)

    # --- renewal -------------------------------------------------------------------------------------------

    def _ends_soon(self, bot: Bot) -> bool:
        ends = bot.bot_token_expires_at
        return bool(bot.bot_refresh_token) and ends is not None and ends <= self._now() + RENEW_MINUTES * 60

    async def _renewed(self, bot: Bot) -> Bot:
        if not self._ends_soon(bot):
            return bot
        key = f"{bot.enterprise_id or ''}:{bot.team_id or ''}"
        async with self._locks.setdefault(key, asyncio.Lock()):
            return await self._renew_alone(bot, key)

    async def _renew_alone(self, bot: Bot, key: str) -> Bot:
        """Renew under a lease that other processes see; whoever does not get it waits for the new token."""
        for _ in range(20):
            again = await self._find(bot.team_id or "", bot.enterprise_id or "")
            if again is None:
                raise not_installed()
            if not self._ends_soon(again):
                return again
            if await self._lease(key):
                try:
                    return await self._refresh(again)
                finally:
                    await self._release(key)
            await asyncio.sleep(0.25)
        raise TryLater("Slack's token is being renewed.", after=2)

    async def _refresh(self, bot: Bot) -> Bot:
        client = self._web.writes(None)
        rotator = AsyncTokenRotator(
            client=client, client_id=self._settings.client_id, client_secret=self._settings.client_secret
        )
        try:
            fresh = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=RENEW_MINUTES)
        except SlackTokenRotationError as no:
            ends = bot.bot_token_expires_at or 0
            log.warning("slack.renewal_refused", because=str(no.api_error.response.get("error")))
            if ends > self._now() + 60:
                return bot
            raise TryLater("Slack did not renew the token.", after=30) from no
        if fresh is None:
            return bot
        await self.store.async_save_bot(fresh)
        log.info("slack.token_renewed")
        return fresh

    async def _lease(self, key: str) -> bool:
        now = self._now()
        c = self._renewals.c
        try:
            async with self._engine.begin() as db:
                await db.execute(delete(self._renewals).where(c.key == key, c.until < now))
                await db.execute(insert(self._renewals).values(key=key, until=now + RENEWAL_LEASE))
        except IntegrityError:
            return False
        return True

    async def _release(self, key: str) -> None:
        async with self._engine.begin() as db:
            await db.execute(delete(self._renewals).where(self._renewals.c.key == key))

"""What each of Slack's refusals means for a message: later, or never, and then what the owner can do."""

from __future__ import annotations

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import DeliveryError, TryLater, Undeliverable

AWAY = 5.0

PASSING = frozenset(
    [
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "accesslimited",
        "unavailable",
        "db_error",
    ]
)

DEAD_TOKEN = frozenset(["account_inactive", "token_revoked", "invalid_auth", "not_authed", "org_login_required"])

_ELSEWHERE = "Pick another channel for it, or answer me here."

NEVER = {
    "channel_not_found": "I can't find that channel. Invite me there with /invite, or pick another channel.",
    "not_in_channel": "I am not in that channel. Invite me there with /invite, or pick another channel.",
    "is_archived": f"That channel is archived. {_ELSEWHERE}",
    "channel_is_archived": f"That channel is archived. {_ELSEWHERE}",
    "restricted_action": f"Only some people may post in that channel. {_ELSEWHERE}",
    "restricted_action_read_only_channel": f"That channel is read-only. {_ELSEWHERE}",
    "restricted_action_thread_locked": f"That thread is locked. {_ELSEWHERE}",
    "posting_to_general_channel_denied": f"I may not post in the general channel. {_ELSEWHERE}",
    "ekm_access_denied": f"Your organisation does not let me post there. {_ELSEWHERE}",
    "user_not_found": "I can't find that person in the workspace any more. Name another owner.",
    "user_disabled": "That person's account is switched off. Name another owner.",
    "users_not_found": "I can't find that person in the workspace any more. Name another owner.",
    "cannot_dm_bot": "That is a bot, and I only write to people. Name another owner.",
    "messages_tab_disabled": "My private chat is switched off in this workspace. Ask an admin to switch it on.",
    "message_not_found": "The message is gone, so I could not change it.",
    "cant_update_message": "I may not change that message any more.",
    "edit_window_closed": "That message can no longer be changed.",
    "team_access_not_granted": "Your organisation has not added Salvage to this workspace. Ask one of its admins to.",
    "missing_scope": "I lack a permission for that. Ask a workspace owner to install Salvage again.",
    "not_allowed_token_type": "I lack a permission for that. Ask a workspace owner to install Salvage again.",
    **dict.fromkeys(DEAD_TOKEN, "Slack no longer lets me in. Ask a workspace owner to install Salvage again."),
}


def failure(wrong: Exception) -> DeliveryError:
    """The delivery error that a failed call of the Web API amounts to."""
    if isinstance(wrong, DeliveryError):
        return wrong
    if isinstance(wrong, SlackApiError):
        return _refused(wrong)
    if isinstance(wrong, aiohttp.ClientError | asyncio.TimeoutError | SlackClientError | OSError):
        return TryLater("Slack cannot be reached.", after=AWAY)
    raise wrong


def code_of(wrong: Exception) -> str:
    """Slack's own name for what went wrong; empty where it gave none."""
    return str(wrong.response.get("error") or "") if isinstance(wrong, SlackApiError) else ""


def rate_limited(wrong: Exception) -> bool:
    """Whether Slack asked to be left alone for a while."""
    limited = isinstance(wrong, SlackApiError) and wrong.response.status_code == 429
    return limited or code_of(wrong) in ("ratelimited", "rate_limited")


def _refused(wrong: SlackApiError) -> DeliveryError:
    reason = code_of(wrong)
    if rate_limited(wrong) or reason in PASSING:
        return TryLater("Slack is busy.", after=retry_after(wrong))
    if reason in ("token_expired", "") or wrong.response.status_code >= 500:
        return TryLater("Slack did not take it.", after=AWAY)
    return Undeliverable(NEVER.get(reason, f"Slack refused the message ({reason}). {_ELSEWHERE}"), reason=reason)


def retry_after(wrong: SlackApiError) -> float:
    """The seconds Slack asks to wait."""
    headers = {str(k).lower(): v for k, v in (wrong.response.headers or {}).items()}
    asked = str(headers.get("retry-after", ""))
    return float(asked) if asked.isascii() and asked.isdigit() else AWAY

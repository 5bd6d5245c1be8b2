"""A person in front of Slack: types, presses, fills in forms, and sees what Slack shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack import FakeSlack, Json, Message, View


def words(blocks: Any) -> str:
    """Everything that blocks say."""
    if isinstance(blocks, dict):
        parts = [v if k == "text" and isinstance(v, str) else words(v) for k, v in blocks.items()]
        return " ".join(p for p in parts if p)
    return " ".join(p for p in map(words, blocks) if p) if isinstance(blocks, list | tuple) else ""


@dataclass
class Actor:
    """Somebody in a workspace."""

    slack: FakeSlack
    user: str
    team: str = "T1"
    channel: str = "C1"

    # --- what they see ---------------------------------------------------------------------------------------

    @property
    def mine(self) -> list[Message]:
        """Messages this person can read, oldest first."""
        return [m for m in self.slack.messages if m.only in ("", self.user) and m.channel in (self.channel, self.chat)]

    @property
    def chat(self) -> str:
        return f"D{self.user}"

    @property
    def last(self) -> Message:
        return self.mine[-1]

    @property
    def modal(self) -> View:
        return self.slack.modals[self.user]

    @property
    def home(self) -> View:
        return self.slack.homes[self.user]

    def reads(self) -> str:
        """All words in front of this person."""
        shown = [m.text for m in self.mine]
        if self.user in self.slack.modals:
            shown.append(words(self.modal.payload))
        return "\n".join(shown)

    # --- what they do ----------------------------------------------------------------------------------------

    def _who(self) -> Json:
        return {"id": self.user, "team_id": self.team, "name": self.user.lower()}

    async def command(self, text: str, **over: Any) -> Json | str:
        """Type ``/salvage …``; an ephemeral ack is shown."""
        body = {
            "command": "/salvage", "text": text, "team_id": self.team, "user_id": self.user, "user_name": "someone",
            "channel_id": self.channel, "channel_name": "here", "trigger_id": self.slack.trigger(self.user),
            "response_url": self.slack.response_url(self.channel, self.user), "api_app_id": "A1", **over,
        }  # fmt: skip
        ack = await self.slack.deliver("slash_commands", body)
        if isinstance(ack, dict) and ack.get("blocks"):
            assert ack["response_type"] == "ephemeral"
            text_, blocks = self.slack._take(ack)
            self.slack.messages.append(Message(self.channel, self.slack.ts(), text_, blocks, "UBOT", only=self.user))
        return ack

    async def press(self, label: str, message: Message | None = None, **over: Any) -> Json | str:
        """Press a button of a message by its label."""
        found = message or next(
            m for m in reversed(self.mine) if any(e.get("text", {}).get("text") == label for e in m.buttons)
        )
        button = next(e for e in found.buttons if e.get("text", {}).get("text") == label)
        return await self.slack.deliver("interactive", self.press_payload(found, button, **over))

    def press_payload(self, message: Message, button: Json, state: Json | None = None, **over: Any) -> Json:
        action = {"action_id": button["action_id"], "action_ts": self.slack.ts(), "type": button["type"]}
        if button["type"] == "button":
            action["value"] = button["value"]
        else:
            action["selected_option"] = button["options"][0]
        return {
            "type": "block_actions", "team": {"id": self.team}, "user": self._who(), "api_app_id": "A1",
            "channel": {"id": message.channel, "name": "here"}, "trigger_id": self.slack.trigger(self.user),
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": message.channel,
                "is_ephemeral": bool(message.only),
            },
            **({} if message.only else {"message": {"ts": message.ts, "team": self.team, "blocks": message.blocks}}),
            "state": {"values": state or {}},
            "response_url": self.slack.response_url(message.channel, self.user, message.ts), "actions": [action],
            **over,
        }  # fmt: skip

    async def press_view(self, label: str, view: View | None = None) -> Json | str:
        """Press a button of the open modal or of the home tab."""
        view = view or self.modal
        button = next(e for e in view.buttons if e.get("text", {}).get("text") == label)
        body = {
            "type": "block_actions", "team": {"id": self.team}, "user": self._who(), "api_app_id": "A1",
            "container": {"type": "view", "view_id": view.id}, "trigger_id": self.slack.trigger(self.user),
            "view": {**view.payload, "id": view.id, "hash": view.hash, "state": {"values": {}}},
            "actions": [
                {"action_id": button["action_id"], "action_ts": self.slack.ts(), "value": button["value"],
                 "type": "button"}
            ],
        }  # fmt: skip
        return await self.slack.deliver("interactive", body)

    def submit_payload(self, answers: dict[str, Any]) -> Json:
        view = self.modal
        values: Json = {}
        for block_id, block in view.inputs.items():
            values[block_id] = {"v": control(block, answers)}
        shown = {**view.payload, "id": view.id, "hash": view.hash, "state": {"values": values}}
        return {
            "type": "view_submission", "team": {"id": self.team}, "user": self._who(), "api_app_id": "A1",
            "view": shown, "trigger_id": self.slack.trigger(self.user), "response_urls": [],
        }  # fmt: skip

    async def submit(self, **answers: Any) -> Json | str:
        """Send the open modal; what Slack is told to do with it is done."""
        ack = await self.slack.deliver("interactive", self.submit_payload(answers))
        view = self.slack.modals.get(self.user)
        if isinstance(ack, dict) and view is not None:
            if ack.get("response_action") == "errors":
                assert set(ack["errors"]) <= set(view.inputs), "an error at a block that is not shown"
            elif ack.get("response_action") == "update":
                self.slack.modals[self.user] = self.slack._view(ack["view"], self.team, self.user, view.id)
            else:
                del self.slack.modals[self.user]
        return ack

    async def shortcut(self, callback: str, text: str) -> Json | str:
        """Hand a message over by its menu."""
        body = {
            "type": "message_action", "callback_id": callback, "team": {"id": self.team}, "user": self._who(),
            "channel": {"id": self.channel, "name": "here"}, "trigger_id": self.slack.trigger(self.user),
            "message": {"ts": self.slack.ts(), "text": text, "user": "UCLIENT"}, "message_ts": "1.2",
            "response_url": self.slack.response_url(self.channel, self.user), "api_app_id": "A1",
        }  # fmt: skip
        return await self.slack.deliver("interactive", body)

    async def event(self, inner: Json, **over: Any) -> Json | str:
        """An event that this person caused."""
        body = {
            "type": "event_callback", "team_id": self.team, "api_app_id": "A1", "event_id": f"Ev{self.slack.number()}",
            "event": inner, "authorizations": [{"team_id": self.team, "user_id": "UBOT"}], **over,
        }  # fmt: skip
        return await self.slack.deliver("events_api", body)

    async def say(self, text: str, thread: str = "", ts: str = "", **over: Any) -> Json | str:
        """Write to the coach in private."""
        inner = {
            "type": "message", "channel_type": "im", "channel": self.chat, "user": self.user, "text": text,
            "ts": ts or self.slack.ts(), "team": self.team, **({"thread_ts": thread} if thread else {}),
        }  # fmt: skip
        return await self.event(inner, **over)

    async def mention(self, text: str) -> Json | str:
        """Mention the coach in the channel."""
        inner = {
            "type": "app_mention", "channel": self.channel, "user": self.user, "text": f"<@UBOT> {text}",
            "ts": self.slack.ts(), "team": self.team,
        }  # fmt: skip
        return await self.event(inner)

    async def open_home(self) -> Json | str:
        """Open the home tab."""
        return await self.event({"type": "app_home_opened", "user": self.user, "channel": self.chat, "tab": "home"})


def control(block: Json, answers: dict[str, Any]) -> Json:
    element = block["element"]
    kind, _, key = block["block_id"].partition(":")
    answer = answers.get(key) if kind != "o" else answers.get(f"{key}_pick")
    offered = element.get("options") or [o for g in element.get("option_groups", ()) for o in g["options"]]
    by_label = {o["text"]["text"]: o for o in offered}
    match element["type"]:
        case "plain_text_input":
            return {"type": element["type"], "value": answer or element.get("initial_value")}
        case "checkboxes" | "multi_static_select":
            return {"type": element["type"], "selected_options": [by_label[a] for a in answer or ()]}
        case other:
            chosen = by_label[answer] if answer else element.get("initial_option")
            return {"type": other, "selected_option": chosen}

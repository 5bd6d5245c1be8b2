"""Small text files, sent in the three steps Slack asks for."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.tokens import Web
from bot.errors import TryLater
from bot.view import Attachment


async def upload(web: Web, client: AsyncWebClient, channel: str, file: Attachment, thread: str | None) -> object:
    """Put a file into a channel: ask for an address, send the content there, then share it."""
    content = file.content.encode()
    told = await client.files_getUploadURLExternal(filename=file.name or "file.txt", length=len(content))
    async with web.session.post(str(told["upload_url"]), data=content) as answer:
        if answer.status >= 300:
            raise TryLater("Slack did not take the file.", after=5)
    shared: list[dict[str, str | None]] = [{"id": str(told["file_id"]), "title": file.name or "file.txt"}]
    return await client.files_completeUploadExternal(files=shared, channel_id=channel, thread_ts=thread)

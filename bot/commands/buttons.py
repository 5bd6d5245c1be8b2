"""The words of buttons, typed where their question is no longer open: no client is called so."""

from __future__ import annotations

OF_QUESTIONS = frozenset({
    # Whose doing, how bad, how they sounded.
    "ours", "theirs", "shared", "not clear yet", "mild", "serious", "the account is at risk", "not sure yet",
    "warmer", "same", "colder", "no reply", "no news yet",
    # What happened, and what is known of it.
    "something broke", "we were late", "they heard nothing from us", "something else", "i don't know why",
    "open the case now, the rest later", "same trouble", "something new", "a new client", "don't know",
    "don't know yet", "nothing yet", "the same", "i need to ask", "i still need to ask", "it is my answer", "show me",
    # Who.
    "i do", "i did", "nobody yet", "decides", "was hurt by this", "is on our side", "phone", "e-mail",
    "another person", "the whole team",
    # When, and how often.
    "tomorrow", "tomorrow noon", "in three days", "in a week", "next week", "a week", "a month", "another time",
    "09:00", "14:00", "16:30", "every week", "every second week", "every month", "once", "first monday", "1st", "15th",
    "last day", "here", "only me, in private",
    # Steps, drafts and promises.
    "another step", "i sent it", "i called", "keep it for later", "write it instead", "call notes instead", "draft it",
    "watch it", "yes, watch it", "none of them", "correct", "keep it", "keep them", "cancel it", "cancel them",
    "change it", "not kept", "it will slip", "help me say it", "start them again", "another way", "not that", "neither",
    "none of these",
    # Ends, decisions and the review.
    "healed", "we part ways", "part ways", "part all the same", "they left us", "keep open", "keep going", "stop here",
    "not yet", "nothing", "nothing new", "not agreed yet", "not settled yet", "they said nothing", "they are met now",
    "accept the loss", "make a new plan", "escalate to a sponsor", "access and passwords", "files and documents",
    "money or credits", "it costs more than it brings", "it is always put down to us", "they do not pay",
    "they are abusive to our people", "they ask beyond what was agreed", "we cannot do it well", "ask the owner",
    "how are they", "reassign", "to the top", "to the bottom", "in the middle", "skip", "see it", "close it",
    "draft a short line", "draft an answer", "draft the offer", "take it over", "introduce yourself", "see the case",
    # What can be edited.
    "a new wish of theirs", "backup", "cause", "confidential", "contact", "how bad", "notice by", "owner", "renewal",
    "sponsor", "what it cost them", "what they pay us", "whose doing", "name a sponsor", "name another",
    "pick a channel", "add somebody", "everybody there",
})  # fmt: skip
"""Labels that answer one question, or are about one case or message; alone they say nothing."""

ABOUT_THE_TALK = frozenset({
    "keep open", "i called", "i sent it", "draft it", "keep it for later", "write it instead", "call notes instead",
    "another step", "watch it", "yes, watch it", "close it", "warmer", "colder", "no reply", "open it",
})  # fmt: skip
"""Those of them that answer no question for free words, so that one is asked about."""

OF_COMMANDS = {
    "next step": "next",
    "log a contact": "log",
    "log what they said": "log",
    "set check-ins": "remind",
    "start one": "start",
    "start a new case": "start",
    "a new trouble": "start",
    "tell me about a client": "start",
    "what needs me today": "home",
    "every client at risk": "summary",
    "go through them": "review",
    "go on": "review",
    "your promises": "promises",
}
"""Labels that stand for a command that can be carried out wherever they are typed."""

"""What people say to a coach in passing: thanks, a puzzled word, yes to nothing, and phrases that ask for a command."""

from __future__ import annotations

import re

from bot.coach.unknown import knows_not
from bot.commands.buttons import OF_COMMANDS, OF_QUESTIONS

THANKS = frozenset({
    "thanks", "thanks a lot", "many thanks", "thank you", "thank you very much", "thanks so much", "thx", "ta",
    "cheers", "danke", "vielen dank", "merci", "gracias", "grazie", "that's all", "thats all", "that is all",
    "that's it", "thats it", "that's all for now", "nothing else", "nothing more",
})  # fmt: skip
"""Polite words that ask for nothing, and change nothing."""

PUZZLED = frozenset({
    "?", "what", "huh", "pardon", "what do you mean", "what does that mean", "what does this mean",
    "i don't understand", "i dont understand", "i don't get it", "what now", "what next", "what do i do",
    "what do i do now", "what should i do", "what should i do now", "what shall i do", "what can i do",
    "how does this work", "i'm lost", "i'm stuck", "i need help", "help me",
})  # fmt: skip
"""What somebody says who does not know what to answer; no answer itself."""

TO_NOTHING = frozenset({
    "yes", "y", "yep", "yeah", "no", "n", "nope", "ok", "okay", "k", "sure", "fine", "great", "good", "right", "done",
    "good night", "bye", "goodbye", "maybe", "later", "skip", "none",
})  # fmt: skip
"""Answers that answer nothing where no question is open; nobody's client is called so."""

PHRASES = {
    **dict.fromkeys(PUZZLED, "home"),
    **dict.fromkeys(
        (
            "?", "what", "huh", "pardon", "who are you", "what are you", "what is this", "what can you do",
            "what can i do", "what do you do", "what do you mean", "how does this work", "help me", "i need help",
            "where do i start", "how do i start", "i don't understand", "i dont understand", "i don't get it",
        ),
        "help",
    ),
    **dict.fromkeys(
        (
            "who is at risk", "who's at risk", "whos at risk", "at risk", "at-risk list", "the at-risk list",
            "at risk list", "which clients are at risk", "show me the summary", "the summary",
        ),
        "summary",
    ),
    **dict.fromkeys(
        (
            "my cases", "cases", "all cases", "open cases", "my clients", "all clients", "show me everything",
            "show all", "show everything", "all of them", "everyone",
        ),
        "clients",
    ),
    **dict.fromkeys(("status", "dashboard", "my day", "what's going on", "whats going on", "how are we doing"), "home"),
    **dict.fromkeys(("good morning", "hey", "hallo", "what's next", "whats next", "good afternoon"), "home"),
}  # fmt: skip
"""What newcomers say to see what there is, and the command behind it."""

SPOKE = re.compile(
    r"(?:i(?:'ve| have)? )?(?:just )?"
    r"(?:called|phoned|rang|met|(?:spoke|spoken|talked) (?:to|with))(?: (?:her|him|them))?"
)
"""What is said after a talk with a client whom nobody needs to name."""


_TO_SEE = re.compile(
    r"(?:please |can you |could you )*"
    r"(?P<asks>(?:show|view|see|find|display|look (?:at|up)|pull up)(?: me)? |status(?: of| for| on)? "
    r"|(?:how(?:'s| is| are| did)|what about|what's (?:up|new|happening|going on) with"
    r"|where (?:are we|do we stand) (?:with|on)|tell me about|who (?:owns|has|looks after)) )?"
    r"(?:the |my )?(?:case (?:of |for )?)?(?P<what>.+?)"
    r"(?P<how>(?:'s)?(?: status| case| doing| going| now| today| please)+)?",
    re.IGNORECASE,
)
"""'Show me Acme', 'how is Acme doing', 'Acme status'."""


_TO_WRITE = re.compile(
    r"(?:please |can you |could you |would you |i want to |i need to |i'd like to |help me (?:to )?)*"
    r"(?:(?:write|compose|prepare|word|phrase|draft)(?: me| her| him| them)? (?P<what>.+)"
    r"|(?:apologi[sz]e|say sorry) to (?P<whom>.+))",
    re.IGNORECASE,
)
"""'Can you write me an apology', 'help me prepare the call', 'apologise to Acme'."""


def plain(words: str) -> str:
    """Words as they are compared: 'What?' is 'what'; where there are only question marks, one of them is left."""
    said = words.casefold()
    return _trimmed(said) or said.strip()[:1]


def _trimmed(words: str) -> str:
    """Words in one line, without what ends a sentence."""
    return " ".join(words.replace("’", "'").split()).strip(" ?!.,")


def is_thanks(words: str) -> bool:
    """Whether words only thank."""
    return plain(words) in THANKS


def is_puzzled(words: str) -> bool:
    """Whether words only say that somebody does not know what to answer."""
    return plain(words) in PUZZLED


def answers_nothing(words: str) -> bool:
    """Whether words could only answer a question: a yes, a no, a button's words, or no word at all, such as a face."""
    return plain(words) in TO_NOTHING | OF_QUESTIONS or knows_not(words) or not any(c.isalnum() for c in words)


def is_button(words: str) -> bool:
    """Whether words are those of a button, though they may begin with a command's: 'Draft it', 'Skip'."""
    return plain(words) in OF_QUESTIONS or plain(words) in OF_COMMANDS


def has_spoken(words: str) -> bool:
    """Whether words say that somebody has talked with the client."""
    return SPOKE.fullmatch(plain(words)) is not None


def asks_who_is_at_risk(words: str) -> bool:
    """Whether words ask for the summary, whatever question is open: 'who's at risk?'."""
    return len(words.split()) > 1 and PHRASES.get(plain(words)) == "summary"


def phrase(words: str) -> str:
    """The command behind what people say to a coach in passing, '' where it is none."""
    said = plain(words)
    return PHRASES.get(said, OF_COMMANDS.get(said, ""))


def asked_to_see(words: str) -> str:
    """What words ask to see ('how is Acme doing': 'Acme'), '' where they ask for nothing."""
    found = _TO_SEE.fullmatch(_trimmed(words))
    return found["what"] if found and (found["asks"] or found["how"]) else ""


def asked_to_write(words: str) -> str:
    """What is to be written ('help me write an apology to Acme': 'an apology to Acme'), '' where nothing is."""
    found = _TO_WRITE.fullmatch(_trimmed(words))
    return "" if found is None else found["what"] or f"apology {found['whom']}"

"""What a whole message must have: a next step, and an apology that does not come last."""

import re
from collections.abc import Iterator

from bot.coach.tone.apology import owns, regret_at
from bot.coach.tone.notation import pattern
from bot.coach.tone.rules import FAMILIES, mark
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Finding, Issue


def _sign(*words: str) -> re.Pattern[str]:
    return pattern(words, FAMILIES)


_WHEN = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|tues|wed|thu|thurs|fri)|today|tonight|tomorrow|(?:this|next) (?:morning|afternoon|evening|week|month)"
    r"|(?:at|by|before|until|till|around|from|between|after) (?:\d{1,2}(?::\d\d|\.\d\d)?(?: ?(?:am|pm|o'clock))?|noon|midday|lunch(?:time)?|close of play|end of (?:the )?(?:day|week|month)|the end of (?:the )?(?:day|week|month)|the \d+\w*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"|\d{1,2} ?(?:am|pm)|\d{1,2}[:.]\d\d|(?:in|within)(?: the)?(?: next)? {amount}(?: \w+)? {moment}|(?:the )?\d{1,2}(?:st|nd|rd|th)|(?:january|february|march|april|june|july|august|september|october|november|december)|(?:right )?now|straight away|this minute|on my way|first thing|as we speak|every (?:day|week|morning|\w+day)|weekly|daily|hourly"
)
_VAGUE = r"(?:look into|looking into|be in touch|get back to you|keep you (?:posted|updated|informed)|do our best|do my best|try|sort (?:it|everything|this|that|things)|take (?:it|this|that|your|care)|pass (?:it|this|that)|see|investigat\w+|monitor|bear|never|always|be (?:fine|the|happy|in|able|sure|better|best|more|a|closed|sorted|resolved)|remember|note|know|not|make sure|ensure|get there|fix everything|make (?:it|everything) (?:right|perfect)|work on|update you|let you know|hear|get to it|happen|deal)"
_STEP = _sign(
    r"\w+'(?:m|re) (?!looking|sorry|working|investigating|trying|aware|afraid|sure|doing|having|experiencing|monitoring|hoping|waiting|not|still|seeing|getting|pleased|proud|going to)(?:\w+ing)",
    r"(?:see|meet|speak to|talk to) you|{we}'m on|shout if|drop me|give me a|reach me|my (?:number|mobile|direct line)|{we} (?:come|bring|call|send|ring|start|arrive|can (?:come|send|call|offer|bring|do|meet|start))",
    r"{we}(?:'ll| will|'m going to|'re going to| am going to| are going to|'m coming|'m sending|'m calling|'re sending|'re coming|'re bringing|'ve asked|'ve booked|'ve arranged|'ve ordered|'d like to| would like to|'d suggest| suggest| propose|'m on my|'re on our|'re switching|'re going with|'re replacing|'m going)(?! (?:\w+ )?(?:"
    + _VAGUE
    + r"))(?: \w+)?",
    r"(?:please|kindly|could you|can you|would you|will you)(?! (?:accept|note|be|bear|remember|rest|excuse|forgive|allow|try|understand|stop|refrain)) \w+",
    r"(?:tell|ring|call|send|reply to|e-?mail|phone|text|write to|let) (?:me|us)(?! know if you have (?:any )?(?:\w+ )?(?:questions|queries))",
    r"(?:(?:it|they|she|he|that|which|copy|report|parts?|team|engineer|replacement|\w+ed|\w+s|\w+)(?:'ll| will| should) (?:be with|be there|be back|be ready|be in|be at|arrive|go|come|reach|phone|call|ring|send|bring|visit|collect|deliver|be finished|be done)|(?:is|are) (?:due|booked|coming|scheduled|planned|going|being|on|arriving|with you)|expect(?:ed)?|next (?:news|update|step|call))",
    r"next update",
    r"(?:let's|shall we|how about|why don't we)",
    r"(?:would|do|does|is|are|can|could|may|shall|will) (?:you|that|it|i|we|this)(?: \w+)*(?=\?)",
)
_WHEN_SIGN = _sign(_WHEN)
_FUTURE = _sign(
    r"'ll|will|going to|coming|sending|bringing|due|booked|is|are|by|expect|next|back|ready|available|free|visit|call"
)
_DONE = _sign(
    r"(?:is|are|was|were|been|it's|'s|'ve|have|has|now|we|i|got|all)(?: now| all| both| since| already| just| been| fully)* (?:fixed|put right|resolved|corrected|refunded|replaced|repaired|restored|credited|paid|deleted|removed|cancelled|back (?:up|online|on|to|in)|working|running|solved|sorted(?! out your)|finished|completed|delivered|re-?sent|settled|done|waived|redone|reprinted|updated|closed the gap|switched|swapped|reissued|changed)",
    r"(?:free of charge|on us|attached|enclosed|here(?:'s| is| are)|no charge|won't (?:be charged|have to pay))",
    r"{we}(?:'ve| have)(?: now| already| just)? (?:\w+ed|sent|put|taken|made|paid|given|written|found|rebuilt|bought|got)",
    r"good news|great news|congratulations|thank you for (?:the|your) (?:lovely|kind|payment|order)",
)
_UNSURE = _sign(
    r"not (?:been )?(?:fixed|resolved|working|back|finished|paid|solved|sorted)|n't (?:been )?(?:fixed|resolved|working|back|finished|paid)"
)
_TROUBLE = _sign(
    r"(?:{trouble}|down|broken|late|delayed|failed|failing|fails?|missing|missed|lost|wrong|stuck|stopped|behind|offline|crash\w*|outage|damaged|leak\w*|faulty|error|misconfigured|unable|can't|cannot|couldn't|not possible|refused?|declined|rejected|closed|overcharged|charged|complain\w*|unhappy|upset|angry|frustrat\w+|disappoint\w+|inconvenien\w+|sorry|apolog\w+|regret|aware|investigat\w+|looking into|let (?:you|everyone|us) down|slipped|postponed|short|sick|out of stock|on hold|cancelled|didn't (?:arrive|work|turn up|show|go|get)|hasn't|haven't|not (?:arrived|working|ready|yet|been)|isn't (?:working|ready)|won't|no (?:news|update|idea)|backlog|waiting|double[- ]book\w*|still open|peel\w*|frustrat\w*|how (?:hard|difficult|annoying|awful)|understand|hot water|gone|cold|crack\w*|hear you|letting (?:us|me) know|noted|logged|in progress|being (?:looked|dealt|handled)|with the team|escalat\w*|underway|patience|bear with|held up|shortage|overrun|refunds?|disputed?|blocked|sort|defects?|unfortunately|unfortunate|against|policy|fault|blame)"
)
_CALM = _sign(
    r"sent too soon|congratulations|(?:great|good|lovely|brilliant|wonderful) (?:news|to (?:see|hear|meet))|no need to (?:reply|answer|do)|nothing (?:for you )?to do"
    r"|just wanted to say|thank you for (?:the|your) (?:lovely|kind|warm|coffee|visit)|happy (?:birthday|new year|christmas|anniversary)|enjoy|looking forward"
)
_NO_STEP_WHY = "They are left not knowing what happens now, or when they hear from you again."
_ADD = "I will call you by [time] with [what you will know or have done by then]."
_BURIED_WHY = "They had to read to the end to hear that we are sorry; an apology leads."
_MOVE = "Move this to the beginning, and name what happened: “I am sorry that we …”"
_ASIDE = _sign(
    r"(?:oh|also|ps|p\.s|p s|btw|by the way|and|finally|lastly|anyway|incidentally|one last thing|in closing|once again|needless to say)"
)


def no_next_step(sentences: tuple[Sentence, ...], troubled: bool) -> Iterator[Finding]:
    """Yield a finding where a message about an open problem has no action, time or question; `troubled`: other issues."""
    if not sentences or not (troubled or any(_TROUBLE.search(s.text) for s in sentences)):
        return
    if any(_CALM.search(s.text) for s in sentences) and not troubled:
        return
    if any(_has_step(sentence) for sentence in sentences):
        return
    last = sentences[-1]
    yield mark(Issue.NO_NEXT_STEP, last, (0, len(last.text.rstrip())), _NO_STEP_WHY, _ADD)


def _has_step(sentence: Sentence) -> bool:
    text = sentence.text
    if _STEP.search(text) or (_DONE.search(text) and not _UNSURE.search(text)):
        return True
    if "?" in text and len(sentence.words) > 3:
        return True
    return bool(_WHEN_SIGN.search(text) and _FUTURE.search(text))


def buried_apology(sentences: tuple[Sentence, ...]) -> Iterator[Finding]:
    """Yield a finding where the first sorry comes at the end, after news, excuses or technicalities."""
    said = [s for s in sentences if len(s.words) > 3 or regret_at(s)]
    for place, sentence in enumerate(said):
        if span := regret_at(sentence):
            aside = _ASIDE.match(sentence.text) is not None
            late = place >= 2 or (place == 1 and (aside or len(said[0].words) > 25))
            if late and place >= len(said) - 2 + (0 if place > 2 else 1) and not any(map(owns, said[:place])):
                yield mark(Issue.BURIED_APOLOGY, sentence, (span[0], len(sentence.text.rstrip())), _BURIED_WHY, _MOVE)
            return
        if owns(sentence):
            return


def gives_a_time(sentence: Sentence) -> bool:
    """Whether the sentence says when something will happen."""
    return _WHEN_SIGN.search(sentence.text) is not None and _FUTURE.search(sentence.text) is not None


def asks(sentence: Sentence) -> bool:
    """Whether the sentence asks the reader something that takes more than a word or two to ask."""
    return "?" in sentence.text and len(sentence.words) > 3

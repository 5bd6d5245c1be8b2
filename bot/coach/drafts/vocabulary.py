"""Words that decide how a person's free words are fitted into a sentence."""

from bot.coach.cadence import WEEKDAYS


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SMALL_WORDS = _set("""
    a after all an and as at because before both but by during each every everything for from here how if in
    it its last more no nobody nothing of on once one our since some somebody someone ten that the their then
    there these they this those three to today two under until we what when where while with without yesterday
    you your i'd
""")
"""Words that are only capital because a sentence begins with them; they may follow "Dana, " in lower case."""

SUBJECTS = SMALL_WORDS | {day.lower() for day in WEEKDAYS} | _set("""
    i we i'm i've i'll we're we've we'll you'll it's that's there's my he she anyone everybody everyone
    tomorrow tonight starting now please either neither thank thanks next
""")  # fmt: skip
"""Words that a whole sentence begins with."""

VERBS = _set("""
    accept add adjust agree allow answer appoint apply arrange ask assign be book bring build buy call cancel
    change charge check clean clear close collect come complete compensate confirm contact copy correct cover
    create credit cut deal deduct deliver discount do double drive drop email employ end ensure examine
    exchange explain extend fetch file fill find finish fit fix follow forward free get give go grant halve
    hand have help hire hold implement improve inspect install introduce investigate invite issue keep launch
    leave lend let lift look lower mail make mark measure meet mend migrate monitor move name notify offer
    open order organise organize pair patch pause pay phone pick plan post prepare print protect prove provide
    publish pull put raise rebuild recall recheck recover redo reduce refund reimburse release reload remove
    rename renew repair repeat replace report reprint resend reset resolve restart restore retrain return
    review rewrite ring roll run schedule see sell send set settle share ship show sign solve sort spend split
    start stay stop supply swap switch take talk tell test track train transfer translate try undo update
    upgrade use verify visit wait waive walk watch work write
""")
"""What people promise to do, in the form in which they type it."""

PAST = _set("sent paid rebuilt found built brought bought done given made taken told held kept written")
"""Things done, where the form does not end in -ed."""

AFTER_NOUNS = _set("and as at by for from in is of on or per to was were will with") | {""}
"""What follows a noun: "test on Tuesday" and "refund of the fee" do not begin with a verb."""

TENSE = _set(
    "forgot lost sent broke let told came left gave took went had did made kept fell got said saw spent overran"
)
"""What somebody did, in forms that do not end in -ed."""

DETERMINERS = _set("""
    a all an both each every everything half its more no nothing one our some ten that the their these this those
    three two your several about around
""")
"""Words that begin a sentence or a mere thing: "a second person checks it", "a second person"."""

AMOUNTS = _set("a about an around half one several some ten three two")
"""Words that an amount of time or work begins with."""

SINGULAR = _set("a an each every half no one")
"""Words after which a verb ends in -s, so that one without it is a noun: "a full refund"."""

AUXILIARIES = _set("""
    am are be been can did do does gets get goes had has have is may must now should was were will won't isn't aren't
    don't doesn't didn't can't
""")
"""Words that show that a sentence has a verb."""

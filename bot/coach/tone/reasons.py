"""The reason and the way out for an issue as a whole: where the weights see it, and for the structural ones."""

from bot.coach.tone.values import Issue

WHY: dict[Issue, str] = {
    Issue.TALKING_DOWN: "These words can sound as if they were slow or careless, and that outlasts the answer.",
    Issue.JARGON: "They may not know these words, and having to ask makes people feel stupid.",
    Issue.BLAME_SHIFTING: "This points at someone else, and they asked us.",
    Issue.NON_APOLOGY: "This says sorry without saying what we did.",
    Issue.DEFENSIVE: "This defends us before it shows that we listened.",
    Issue.OVER_PROMISE: "This promises more than anyone can keep.",
    Issue.NO_NEXT_STEP: "They are left not knowing what happens now, or when they hear from you again.",
    Issue.BLIND_POLICY: "This gives them a rule where they need a reason or a way forward.",
    Issue.FANFARE: "This praises us for mending what should not have broken.",
    Issue.BURIED_APOLOGY: "They had to read to the end to hear that we are sorry; an apology leads.",
    Issue.HOSTILE: "These words will be read as anger or mockery, and kept.",
    Issue.MINIMISING: "This makes it smaller than it was for them.",
}

BETTER: dict[Issue, str] = {
    Issue.TALKING_DOWN: "",
    Issue.JARGON: "[the same in everyday words]",
    Issue.BLAME_SHIFTING: "our part in this was [what we did or left out]",
    Issue.NON_APOLOGY: "I am sorry that we [what we did]",
    Issue.DEFENSIVE: "Can you tell me what you saw?",
    Issue.OVER_PROMISE: "we will [what is in our hands] by [when]",
    Issue.NO_NEXT_STEP: "I will call you by [time] with [what you will know or have done by then].",
    Issue.BLIND_POLICY: "the reason is [why the rule exists]; what I can do is [the alternative]",
    Issue.FANFARE: "",
    Issue.BURIED_APOLOGY: "Move this to the beginning, and name what happened: “I am sorry that we …”",
    Issue.HOSTILE: "",
    Issue.MINIMISING: "",
}

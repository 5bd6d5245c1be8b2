"""How a talk with an unhappy client begins, written once for whoever says it."""

SENSE = "I get the sense that we haven't lived up to your expectations recently."

OPENING_LINE = f"{SENSE} If that's the case, could you please let me know how so we can correct it?"
"""How to ask a client what is wrong ("How to deal with an unhappy client", on asking; the play `ask_what_is_wrong`)."""

IN_WRITING = f"{SENSE} Could you tell me how, so that we can put it right? I would rather hear it plainly."
"""The same in a message, where nobody can answer at once."""

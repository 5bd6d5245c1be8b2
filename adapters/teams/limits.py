"""Every number of Teams that the adapter works to, in one place."""

from __future__ import annotations

CARD_BYTES = 28_000
"""UTF-8 bytes of one card as JSON: Teams takes about 100 KB of UTF-16 a message and old clients 28 KB a card."""

PAGE_BYTES = 25_000
"""What a page's elements may take, so that the card around them stays below :data:`CARD_BYTES`."""

PIECE_BYTES = 6_000
"""How long one run of words may be, before quoting; longer ones are split between words."""

ROWS = 150
"""Lines of one paragraph that are shown as blocks of their own."""

BUTTONS = 6
"""Buttons in one row; Teams hides what is beyond."""

ROW_BYTES = 12_000
"""What one row of buttons may take."""

BUTTON_LABEL = 60
"""Characters of a button's words; the whole stays in its tooltip."""

BUTTON_VALUE = 4_000
"""UTF-8 bytes a button may carry; beyond that the person is told what to type."""

CHOICES_OPEN = 7
"""Choices shown as a list; more are folded into a menu."""

CHOICES_BYTES = 12_000
"""What the choices of one question may take; beyond that the answer is typed."""

CHOICE_LABEL = 300
"""Characters of one choice's words."""

INPUT_LABEL = 400
"""Characters of an input's own label; a longer prompt stands above it."""

INPUT_VALUE_BYTES = 9_000
"""How long an earlier answer may be to be put into its input; a longer one is shown above it."""

ASKED = 200
"""Characters of a question, or of an option's label, that a form carries along so that it can be shown once sent."""

ASKED_BYTES = 3_000
"""What a form carries of its questions; those beyond are not repeated once it is sent."""

TABLE_ROWS = 30
"""Rows of one table; a longer one goes on as another."""

TABLE_ROW_BYTES = 3_000
"""A longer row makes the table words."""

TABLE_COLUMNS = 8
"""More columns make the table words."""

CHART_POINTS = 60
"""Numbers in one chart; more are shown as words."""

CHART_LABEL = 40
"""Characters of a chart's labels and names."""

SUMMARY = 240
"""Characters of what a notification says."""

REQUEST_BYTES = 512_000
"""The largest request body that is read; Teams' own stay below 100 KB."""

ANSWER_WITHIN = 3.5
"""Seconds until a request is answered; Teams wants it in less than 4."""

SENDS_A_THREAD = ((7, 1.0), (60, 30.0))
"""Sends to one conversation: so many in so many seconds (also 8 in 2 s, which the first keeps with a full window,
and 1,800 an hour, which the second keeps)."""

AUDIENCE_SECONDS = 60.0
"""How long a look at who reads in a place is believed (the design allows a minute at most)."""

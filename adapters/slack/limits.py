"""What Slack refuses, in one table: counts and lengths in characters.

From Slack's Block Kit reference; where the reference and practice differ, the smaller number, which always passes.
"""

from __future__ import annotations

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARS = 12_000  # of JSON; `msg_blocks_too_long` comes at about 13,000
MESSAGE_TABLES = 1
MESSAGE_CHARTS = 2

SECTION_TEXT = 3000
CONTEXT_TEXT = 2000
HEADER_TEXT = 150
IMAGE_URL = 3000
IMAGE_ALT = 2000

ACTIONS = 25
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
OPTIONS = 100
OPTION_GROUPS = 100
OPTION_TEXT = 75
OPTION_VALUE = 150
FEW_OPTIONS = 10  # radio buttons and checkboxes
ID = 255

TABLE_ROWS = 100  # the row of column names is one of them
TABLE_COLUMNS = 20
TABLE_CELL = 500  # ours: a longer cell reads better as text

CHART_TITLE = 50
CHART_LABEL = 20
CHART_POINTS = 20
CHART_SERIES = 6  # and segments; the reference has said 6 and 12

INPUT_LABEL = 2000
INPUT_TEXT = 3000
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
VIEW_ERROR = 300  # ours: an error is one sentence

RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60
BODY_BYTES = 512 * 1024

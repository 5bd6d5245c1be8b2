"""A team's own playbook is read as strictly as ours, and each complaint says where."""

import re
from pathlib import Path

import pytest

from bot.coach.playbook import BUILT_IN, CONDITIONS, DRAFT_KINDS, Playbook, PlaybookError

GOOD = """
[[play]]
id = "call"
title = "Call them"
why = "A voice helps."
how = ["Ring.", "Listen."]
source = "Our own habit"
shows_done = "You spoke."
order = 1
causes = { any = 5 }
missing = "{contact} was not called"
why_now = [{ say = "{contact} waits." }]
"""


def load(tmp_path: Path, text: str) -> Playbook:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return Playbook.load(path)


def test_a_team_can_bring_its_own(tmp_path):
    assert [play.title for play in load(tmp_path, GOOD).plays] == ["Call them"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "call"\n', "", "has no id"),
        ('why = "A voice helps."\n', "", "lacks why"),
        ("any = 5", "rude_client = 5", "rude_client"),
        ("any = 5", "any = 50", "0 to 10"),
        ("order = 1", "order = 12", "1 to 9"),
        ("order = 1", 'order = 1\nwhen = ["full_moon"]', "full_moon"),
        ("order = 1", 'order = 1\nneeds = ["dance"]', "dance"),
        ("order = 1", 'order = 1\nneeds = ["call"]', "waits for itself"),
        ("order = 1", 'order = 1\nmood = "good"', "mood"),
        ("order = 1", 'order = 1\ndraft = "poem"', "poem"),
        ("order = 1", 'order = 1\nstages = ["soon"]', "soon"),
        ('["Ring.", "Listen."]', '["Ring."]', "two to five"),
        ("{contact} waits", "{boss} waits", "{boss}"),
        ("{contact} waits", "{contact waits", "brace"),
        ("{contact} waits", "{contact:d} waits", "leave out what follows"),
        ("{contact} waits", "{contact!x} waits", "leave out what follows"),
        ('{ say = "{contact} waits." }', "{ when = 3, say = 'x' }", "must be a list"),
        ('{ say = "{contact} waits." }', '{ when = ["severe"], say = "x" }', "always holds"),
    ],
)
def test_a_bad_play_is_named_with_what_is_wrong(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(PlaybookError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert "own.toml" in str(caught.value)
    assert says in str(caught.value)


def test_two_plays_of_one_name_are_refused(tmp_path):
    with pytest.raises(PlaybookError, match="twice"):
        load(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize("text", ["", "play = 3", "[[play]\n"])
def test_a_file_without_plays_is_refused(tmp_path, text):
    with pytest.raises(PlaybookError):
        load(tmp_path, text)


def test_a_syntax_error_names_its_line(tmp_path):
    with pytest.raises(PlaybookError, match=r"line 3"):
        load(tmp_path, '\n\nid = = "x"')


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(PlaybookError, match=r"cannot be read"):
        Playbook.load(tmp_path / "none.toml")


def test_the_head_of_our_file_explains_every_condition_and_draft():
    head = BUILT_IN.read_text(encoding="utf-8").split("[[play]]", 2)[0] + BUILT_IN.read_text().split("\n\n")[0]
    words = set(re.findall(r"[a-z_]+", head))
    assert set(CONDITIONS) <= words
    assert set(DRAFT_KINDS) - {"acknowledgement"} <= words


def test_our_words_keep_the_voice():
    for play in Playbook.load().plays:
        said = [play.title, play.why, play.shows_done, *play.how, *(r.say for r in play.why_now)]
        assert not any("!" in line or "oops" in line.lower() for line in said)
        assert len(play.title) <= 45
        assert len(play.why) <= 120
        assert play.title[0].isupper()

"""The tone check as a person meets it: an issue, the exact words, why, and what to write instead."""

import pytest

from bot.coach.tone import Issue, Part, check

ONE_OF_EACH = [
    (Issue.TALKING_DOWN, "Even a ten-year-old could find that button."),
    (Issue.JARGON, "The QBX lease expired, so the kubelet evicted it."),
    (Issue.BLAME_SHIFTING, "The dates are wrong because your office manager sent us an old list."),
    (Issue.NON_APOLOGY, "We are sorry if our answer seemed curt."),
    (Issue.DEFENSIVE, "Not one of our other clients has complained about this."),
    (Issue.OVER_PROMISE, "We guarantee that your shop will never go down again."),
    (Issue.BLIND_POLICY, "Under our terms and conditions no refunds are given."),
    (Issue.FANFARE, "We are incredibly proud of having mended it in record time."),
    (Issue.HOSTILE, "I am sick and tired of your constant moaning."),
    (Issue.MINIMISING, "It was only a small hiccup, nothing to worry about."),
]


def issues(text: str, scope: str = "fragment") -> set[Issue]:
    found = check(text, scope="message" if scope == "message" else "fragment")
    return {finding.issue for finding in found.findings}


@pytest.mark.parametrize(("issue", "text"), ONE_OF_EACH, ids=[issue for issue, _ in ONE_OF_EACH])
def test_each_issue_is_named_with_its_words_and_a_reason(issue: Issue, text: str) -> None:
    report = check(text, scope="fragment")
    finding = next(f for f in report.findings if f.issue is issue)
    assert finding.words == text[finding.start : finding.end]
    assert finding.words
    assert finding.why.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "You were right about the fence, and I was wrong. We will move it on Monday.",
        "I am sorry that we left you waiting for a week. Your new key is at the desk from 9 tomorrow.",
        "Could you send me the photo, so that I can look at the crack with our builder?",
        "We hold the deposit because damage is often found late. Could I check the hall with you on Friday?",
        "The part that feeds the printer (we call it the tray) was bent.",
        "We can't promise that it never happens again, but we have added a second check.",
    ],
)
def test_a_clean_text_is_left_alone(text: str) -> None:
    assert issues(text, "message") == set()


def test_an_apology_with_if_you_feel_is_called_what_it_is() -> None:
    report = check("We apologise if you feel that the delay was a problem.", scope="fragment")
    finding = report.findings[0]
    assert finding.issue is Issue.NON_APOLOGY
    assert "apologise if you feel" in finding.words


def test_a_message_about_an_open_problem_without_a_next_step_is_noticed() -> None:
    assert Issue.NO_NEXT_STEP in issues("Your order is stuck at the border. We are aware of it.", "message")
    assert Issue.NO_NEXT_STEP not in issues("Your order is stuck at the border. I'll ring you at 3.", "message")


def test_a_fragment_is_never_asked_for_a_next_step() -> None:
    assert Issue.NO_NEXT_STEP not in issues("Your order is stuck at the border. We are aware of it.", "fragment")


def test_an_apology_at_the_very_end_is_buried() -> None:
    text = (
        "The lorry had a puncture near the bridge. Our depot then changed the route twice. "
        "The goods reach you on Friday. We apologise for the delay."
    )
    report = check(text)
    assert Issue.BURIED_APOLOGY in {f.issue for f in report.findings}
    assert report.apology is not None
    assert not report.apology.first


def test_the_parts_of_an_apology_stand_in_the_order_of_the_text() -> None:
    text = "I'm sorry. It was my mistake: I read the old list. I'll bring the right boxes on Monday, free of charge."
    apology = check(text).apology
    assert apology is not None
    assert apology.parts[0] is Part.REGRET
    assert apology.parts.index(Part.RESPONSIBILITY) < apology.parts.index(Part.REPAIR)
    assert apology.first
    assert Part.FORGIVENESS not in apology.missing


def test_a_text_that_is_no_apology_has_none() -> None:
    assert check("See you on Monday at 9.").apology is None


def test_curly_quotes_are_read_like_plain_ones_and_kept_in_the_words() -> None:
    text = "We’re sorry if you’re upset."
    finding = check(text, scope="fragment").findings[0]
    assert finding.issue is Issue.NON_APOLOGY
    assert finding.words in text

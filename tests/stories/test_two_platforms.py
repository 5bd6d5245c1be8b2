"""One team on Slack and on Teams at once: linked by a one-time code, a case opened in one is followed in the other."""

import re

from bot.ports import Role
from tests.house import House
from tests.stories.opening import open_stage

STORY = "The migration slipped to Tuesday and nobody told them."


async def test_a_case_opened_in_slack_is_followed_in_teams_once_an_admin_has_linked_them(house: House) -> None:
    slack, teams = await open_stage("slack", house), await open_stage("teams", house)
    try:
        ada, priya = await slack.person("Ada", Role.admin), await slack.person("Priya")
        bert, omar = await teams.person("Bert", Role.admin), await teams.person("Omar")
        await priya.say("start Acme")
        await priya.say(STORY)
        await priya.press("They were kept in the dark")
        assert "SAL-1 is open" in await priya.press("Open the case now, the rest later")
        assert "Acme" not in await omar.say("clients"), "nothing is shared before an admin has linked the two"

        assert "Only an admin" in await omar.say("link")
        code = re.search(r"link ([A-Z0-9]{8})", await ada.say("link"))
        assert code
        assert "Only an admin" in await omar.say(f"link {code[1]}")
        assert "Linked" in await bert.say(f"link {code[1]}")
        assert "not good any more" in await bert.say(f"link {code[1]}"), "a code is good once"

        assert "Acme" in await omar.say("clients")
        assert "kept in the dark" in await omar.say("SAL-1")
        await omar.say("log Acme Dana: I found out from my own people.")
        assert "noted" in (await omar.press("Colder")).casefold()
        await omar.say("cancel")
        await priya.say("cancel")

        await priya.say("handover Acme to Omar")
        await priya.press("Nothing")
        await priya.press("Not agreed yet")
        await house.engine.drain()
        assert "SAL-1" in await omar.news()
        await omar.say("cancel")
        await omar.say("start Globex")
        await omar.say("The invoice was wrong twice.")
        await omar.say("1")
        assert "SAL-2 is open" in await omar.press("Open the case now, the rest later")
        assert "Globex" in await priya.say("clients"), "and the other way round"
    finally:
        await slack.close()
        await teams.close()

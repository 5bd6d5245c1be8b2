"""What the words of a turn name besides people: channels nobody has spoken in yet, and groups that manage."""

from __future__ import annotations

from bot.ports import Commanded, Group, GroupChanged, Inbound, Place, PlaceKind, Role, Who
from tests.core.told import STORY
from tests.house import House

OPS = Place("chat:t", "chat:t:ops", PlaceKind.internal, "#ops")
SHARED = Place("chat:t", "chat:t:acme", PlaceKind.shared, "#acme", "it is shared with people outside")
ABSENT = Place("chat:t", "chat:t:far", PlaceKind.unknown, "#far", "I am not in it")


def somebody(name: str, role: Role | None = None, *, outsider: bool = False) -> Who:
    return Who("chat:t", f"chat:t:{name}", name, role, "Europe/Berlin", outsider=outsider)


PRIYA, SAM = somebody("Priya"), somebody("Sam", Role.admin)
LEADS = Group("chat:t:g1", "@leads", (somebody("Omar"), somebody("Ines"), somebody("Gus", outsider=True)))
DEPUTIES = Group("chat:t:g2", "@deputies", (somebody("Omar"),))


async def say(house: House, who: Who, words: str, *places: Place, groups: tuple[Group, ...] = ()) -> str:
    inbound = Inbound(
        f"n:{next(house.numbers)}", who, who.private, Commanded(words), places=places, groups=groups
    )  # fmt: skip
    reply = await house.conversation.handle(inbound)
    return " ".join(c.text for c in reply.cards)


async def changed(house: House, group: Group) -> None:
    inbound = Inbound(f"n:{next(house.numbers)}", somebody("the chat"), PRIYA.private, GroupChanged(group))
    await house.conversation.handle(inbound)


async def with_case(house: House) -> None:
    await say(house, PRIYA, f"start Acme: {STORY}")
    await say(house, PRIYA, "cancel")


# --- places ------------------------------------------------------------------------------------------------


async def test_a_reminder_can_be_set_for_a_channel_that_is_only_named(house: House) -> None:
    await with_case(house)
    said = await say(house, PRIYA, "remind Acme weekly on Monday at 9:00 in #ops", OPS)
    assert "every Monday at 09:00" in said
    assert "#ops" in said


async def test_a_named_channel_is_known_even_after_many_others(house: House) -> None:
    await with_case(house)
    for n in range(25):
        await say(house, PRIYA, "home", Place("chat:t", f"chat:t:a{n}", PlaceKind.internal, f"#a{n:02}"))
    assert "in #ops" in await say(house, PRIYA, "remind Acme weekly on Monday at 9:00 in #ops", OPS)


async def test_a_channel_the_coach_is_not_in_says_so_and_what_to_do(house: House) -> None:
    await with_case(house)
    said = await say(house, PRIYA, "remind Acme weekly on Monday at 9:00 in #far", ABSENT)
    assert "I can't ask in #far: I am not in it. Invite me, or pick another place." in said
    assert "every Monday" not in said
    assert "I don't know #far" in await say(house, PRIYA, "remind Acme weekly on Monday at 9:00 in #far")


async def test_a_channel_people_outside_read_is_asked_for_in_private_while_they_do(house: House) -> None:
    await with_case(house)
    assert "I ask the owner privately" in await say(
        house, PRIYA, "remind Acme weekly on Monday at 9:00 in #acme", SHARED
    )


async def test_the_summary_comes_to_a_named_channel_and_not_to_one_the_coach_is_not_in(house: House) -> None:
    assert "in #ops" in await say(house, SAM, "digest weekly on Monday at 9:00 in #ops", OPS)
    refused = await say(house, SAM, "digest weekly on Monday at 9:00 in #far", ABSENT)
    assert "I can't send it to #far: I am not in it. Invite me there" in refused


async def test_a_place_of_another_team_is_not_taken_from_them(house: House) -> None:
    stranger = Who("chat:other", "chat:other:Thea", "Thea")
    await say(house, stranger, "home", Place("chat:other", OPS.key, PlaceKind.internal, "#ops"))
    await with_case(house)
    assert "every Monday" not in await say(house, PRIYA, "remind Acme weekly on Monday at 9:00 in #ops", OPS)


# --- groups ------------------------------------------------------------------------------------------------


async def manages(house: House, name: str) -> bool:
    return "Only a manager" not in await say(house, somebody(name), "review")


async def test_an_admin_names_a_group_and_everybody_of_the_team_in_it_manages(house: House) -> None:
    said = await say(house, SAM, "role @leads manager", groups=(LEADS,))
    assert "@leads manages from now on" in said
    assert await manages(house, "Omar")
    assert await manages(house, "Ines")
    assert not await manages(house, "Gus")
    assert not await manages(house, "Priya")


async def test_only_an_admin_names_a_group_and_no_group_is_made_of_admins(house: House) -> None:
    assert "Only an admin" in await say(house, PRIYA, "role @leads manager", groups=(LEADS,))
    assert "name admins one by one" in await say(house, SAM, "role @leads admin", groups=(LEADS,))
    assert not await manages(house, "Omar")


async def test_who_joins_the_group_manages_and_who_leaves_it_no_longer_does(house: House) -> None:
    await say(house, SAM, "role @leads manager", groups=(LEADS,))
    await changed(house, Group(LEADS.key, "@leads", (somebody("Ines"), somebody("Noor"))))
    assert not await manages(house, "Omar")
    assert await manages(house, "Noor")
    assert await manages(house, "Ines")


async def test_a_change_of_a_group_that_does_not_manage_changes_nobody(house: House) -> None:
    await changed(house, LEADS)
    assert not await manages(house, "Omar")


async def test_leaving_one_of_two_groups_takes_nothing_away(house: House) -> None:
    await say(house, SAM, "role @leads manager", groups=(LEADS,))
    await say(house, SAM, "role @deputies manager", groups=(DEPUTIES,))
    await changed(house, Group(LEADS.key, "@leads", ()))
    assert await manages(house, "Omar")
    await changed(house, Group(DEPUTIES.key, "@deputies", ()))
    assert not await manages(house, "Omar")


async def test_whoever_was_named_by_name_stays_a_manager_when_the_group_goes(house: House) -> None:
    await say(house, somebody("Ines"), "home")
    await say(house, SAM, "role @leads manager", groups=(LEADS,))
    await say(house, SAM, "role Ines manager")
    assert "no longer manages" in await say(house, SAM, "role @leads member", groups=(LEADS,))
    assert await manages(house, "Ines")
    assert not await manages(house, "Omar")


async def test_who_manages_through_a_group_is_not_made_a_member_by_name(house: House) -> None:
    await say(house, SAM, "role @leads manager", groups=(LEADS,))
    said = await say(house, SAM, "role Omar member")
    assert "Omar manages as one of @leads" in said
    assert "role @leads member" in said
    assert await manages(house, "Omar")


async def test_an_admin_in_the_group_stays_an_admin(house: House) -> None:
    await say(house, SAM, "role @leads manager", groups=(Group(LEADS.key, "@leads", (SAM,)),))
    await changed(house, Group(LEADS.key, "@leads", ()))
    assert "Only an admin" not in await say(house, somebody("Sam"), "role Priya manager")


# --- answers that cannot be given at once ------------------------------------------------------------------


async def test_with_nothing_to_answer_with_the_answer_leaves_through_the_outbox(house: House) -> None:
    inbound = Inbound("n:later", PRIYA, PRIYA.private, Commanded("help"), at_once=False)
    reply = await house.conversation.handle(inbound)
    assert reply.moved
    assert not reply.cards


# --- back --------------------------------------------------------------------------------------------------


async def test_going_back_offers_what_was_answered_before(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "2", "back")
    form = priya.last.cards[-1].form
    assert form is not None
    asked = form.inputs[0]
    assert (asked.key, asked.value) == ("cause", asked.options[1].value)
    await priya.say("back")
    form = priya.last.cards[-1].form
    assert form is not None
    assert (form.inputs[0].key, form.inputs[0].value) == ("story", STORY)

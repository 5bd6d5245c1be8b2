"""`salvage import clients.csv`: what is taken, what is refused, and that nothing is ever half-done."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.coach.money import parse_money, say_money
from bot.data.csv_file import look_at
from bot.ports import Role
from bot.storage.database import Database
from bot.storage.tables import Audit, Case, Client, ContactPerson
from tests.data.conftest import Salvage
from tests.house import House

HEADER = "name,value,currency,owner,renewal,notice,people,channel\n"
GOOD = HEADER + (
    'Northwind,"12,000",EUR,,2027-01-31,2026-12-15,"Ingrid Halvorsen (decides); Bo (ally)",#northwind\n'
    "Müller & Söhne,6200.50,chf,,,,Dana (hurt),+49 170 1234567\n"
)


def write(folder: Path, words: str | bytes, name: str = "clients.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(words if isinstance(words, bytes) else words.encode(encoding))
    return file


async def rows(url: str, what: type) -> list:
    database = Database(url)
    async with database.begin() as db:
        found = list(await db.scalars(select(what).order_by(what.id)))
    await database.close()
    return found


def stored(url: str) -> bytes:
    return Path(url.removeprefix("sqlite:///")).read_bytes()


async def test_a_list_becomes_clients_with_their_people(salvage: Salvage, url: str, tmp_path: Path) -> None:
    told = salvage("import", write(tmp_path, GOOD))
    assert told.exit_code == 0, told.output
    assert "Imported: 2 new, 0 changed, 0 the same." in told.output
    north, mueller = await rows(url, Client)
    assert (north.name, north.value_cents, north.currency, north.period) == ("Northwind", 1_200_000, "EUR", "month")
    assert (str(north.renewal_on), str(north.notice_on)) == ("2027-01-31", "2026-12-15")
    assert (mueller.value_cents, mueller.currency, mueller.channel) == (620_050, "CHF", "+49 170 1234567")
    people = [(p.client_id, p.name, p.decides, p.hurt, p.ally) for p in await rows(url, ContactPerson)]
    assert people == [
        (north.id, "Ingrid Halvorsen", True, False, False),
        (north.id, "Bo", False, False, True),
        (mueller.id, "Dana", False, True, False),
    ]


async def test_the_same_list_twice_changes_nothing(salvage: Salvage, url: str, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    salvage("import", file)
    before = stored(url)
    told = salvage("import", file)
    assert "2 the same. Nothing had to be changed." in told.output
    assert len(await rows(url, Client)) == 2
    assert len(await rows(url, Audit)) == 1
    assert stored(url) == before


async def test_a_dry_run_lists_old_and_new_and_changes_nothing(salvage: Salvage, url: str, tmp_path: Path) -> None:
    salvage("import", write(tmp_path, GOOD))
    changed = GOOD.replace("12,000", "13,000").replace("2026-12-15", "2026-12-20").replace("Bo (ally)", "Bo (hurt); Li")
    told = salvage("import", write(tmp_path, changed + "Acme,100,EUR,,,,,\n"), "--dry-run")
    assert told.exit_code == 0
    assert "Read as UTF-8, with commas between the cells." in told.output
    assert "New      Acme · €100 a month" in told.output
    assert (
        "Changed  Northwind: value €12,000 → €13,000; notice 2026-12-15 → 2026-12-20; Bo ally → hurt; Li is new there"
        in told.output
    )
    assert "1 new, 1 changed, 1 the same. This was a dry run; nothing was changed." in told.output
    assert [c.value_cents for c in await rows(url, Client)] == [1_200_000, 620_050]


def test_a_dry_run_on_nothing_makes_no_workspace(salvage: Salvage, url: str, tmp_path: Path) -> None:
    assert "2 new" in salvage("import", write(tmp_path, GOOD), "--dry-run").output
    told = salvage("import", write(tmp_path, GOOD), "--workspace", "slack:T1")
    assert "There is no workspace slack:T1 yet." in told.output


async def test_one_bad_row_and_nothing_is_imported(salvage: Salvage, url: str, tmp_path: Path) -> None:
    told = salvage("import", write(tmp_path, GOOD + "Acme,-5,EUR,,,,,\n\nBloom,1,EUR,,soon,,,\n"))
    assert told.exit_code == 1
    assert "Line 4: value: An amount can't be below zero." in told.output
    assert "Line 6: renewal: “soon” has no day, month and year. Write it like 2026-12-03." in told.output
    assert "Nothing was imported." in told.output
    assert await rows(url, Client) == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",1,EUR,,,,,", "name: it is empty"),
        ("=1+1,1,EUR,,,,,", "name: it begins with “=”"),
        ('"=HYPERLINK(""http://x"")",1,EUR,,,,,', "name: it begins with “=”"),
        ("@SUM(1),1,EUR,,,,,", "name: it begins with “@”"),
        ("+cmd|' /C calc'!A0,1,EUR,,,,,", "name: it begins with “+”"),
        ("-2+3,1,EUR,,,,,", "name: it begins with “-”"),
        ('"\t=1+1",1,EUR,,,,,', "name: it begins with “=”"),
        ("Acme,=A2*12,EUR,,,,,", "value: it begins with “=”"),
        ("Acme,1,EUR,,,,,=x", "channel: it begins with “=”"),
        ("Acme,1,EUR,,,,,+1+cmd", "channel: it begins with “+”"),
        ("Acme,1,,,,,,", "value: it names no currency"),
        ("Acme,1,Taler,,,,,", "value: I don't know the currency “Taler”"),
        ("Acme,€1,USD,,,,,", "value: it is in EUR and the currency column says USD"),
        ("Acme,much,EUR,,,,,", "value: I could not read “much”"),
        ("Acme,€50 a week,EUR,,,,,", "neither a month's nor a year's worth"),
        ("Acme,1,EUR,,03/04/2027,,,", "renewal: Is 03/04/2027 3 April or 4 March?"),
        ("Acme,1,EUR,,,tomorrow,,", "notice: “tomorrow” has no day, month and year"),
        ("Acme,1,EUR,,,46000,,", "notice: “46000” has no day, month and year"),
        ("Acme,1,EUR,,2027-02-30,,,", "renewal: “2027-02-30” is no date"),
        ("Acme,1,EUR,Zoe,,,,", "owner: I don't know Zoe"),
        ("Acme,1,EUR,,,,Dana (boss),", "people: “boss” of Dana is none of decides, hurt and ally"),
        ("Acme,1,EUR,,,,Dana (hurt,", "people: I could not read “Dana (hurt”"),
        ("Acme,1,EUR,,,,Dana; dana,", "people: Dana is named twice"),
        ("Acme,1,EUR,,,,", "it has 7 cells where the header names 8"),
        ("Acme,1,000,EUR,,,,,", "it has 9 cells where the header names 8. Put a cell that holds"),
        ("A\0cme,1,EUR,,,,,", "it holds a NUL character"),
        (f"{'x' * 301},1,EUR,,,,,", "name: it has 301 characters; 300 is the most"),
        ('"Acme,1,EUR,,,,,', 'a quote (") is left open'),
        (f'Acme,1,EUR,,,,,"{"x" * 200_000}"', "a cell has more than 131,072 characters"),
        (f"Acme,1,EUR,,,,{';'.join(f'P{n}' for n in range(51))},", "it names 51 people"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_named_with_its_line(
    salvage: Salvage, tmp_path: Path, row: str, why: str
) -> None:
    told = salvage("import", write(tmp_path, f"{HEADER}Fine,1,EUR,,,,,\n{row}\n"), "--dry-run")
    assert told.exit_code == 1
    assert "Line 3: " in told.output
    assert why in told.output
    assert "Nothing was imported." in told.output


def test_names_that_are_alike_but_for_case_and_blanks_are_named_with_both_lines(
    salvage: Salvage, tmp_path: Path
) -> None:
    told = salvage(
        "import", write(tmp_path, HEADER + "Acme,1,EUR,,,,,\nBloom,1,EUR,,,,,\nACME ,2,EUR,,,,,\nＡcme,3,EUR,,,,,\n")
    )
    assert "Line 4: ACME is on line 2 too. Keep one of them." in told.output
    assert "Line 5: Ａcme is on line 2 too." in told.output
    assert told.exit_code == 1


def test_lines_are_counted_as_an_editor_counts_them(salvage: Salvage, tmp_path: Path) -> None:
    told = salvage("import", write(tmp_path, HEADER + '"Two\nlines",1,EUR,,,,,\n\nAcme,x,EUR,,,,,\n'))
    assert "Line 5: value" in told.output


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
async def test_the_encoding_is_found_and_said(
    salvage: Salvage, url: str, tmp_path: Path, encoding: str, said: str
) -> None:
    told = salvage("import", write(tmp_path, GOOD, encoding=encoding))
    assert f"Read as {said}, with commas" in told.output
    assert [c.name for c in await rows(url, Client)] == ["Northwind", "Müller & Söhne"]


@pytest.mark.parametrize(("mark", "said"), [(";", "semicolons"), ("\t", "tabs")])
async def test_the_separator_is_found_and_said(
    salvage: Salvage, url: str, tmp_path: Path, mark: str, said: str
) -> None:
    words = f"sep={mark}\nName{mark} VALUE {mark}Currency{mark}City\nAcme{mark}1.200,50{mark}eur{mark}Köln\n"
    told = salvage("import", write(tmp_path, words))
    assert f"Read as UTF-8, with {said} between the cells. Not read: 'City'." in told.output
    assert [(c.name, c.value_cents) for c in await rows(url, Client)] == [("Acme", 120_050)]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (b"", "clients.csv is empty. Its first line names the columns: name,value"),
        (b"\n\n  \n", "clients.csv is empty."),
        (b"Acme,1200,EUR\n", "No column is called name. The first line reads: Acme, 1200, EUR."),
        (b"name,Name\nx,y\n", "Two columns are called name."),
        (b"name,value\n", "names the columns and no client"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive, not a CSV file"),
        (b"name\n\x81\x8d\x8f\n", "is not text in UTF-8, UTF-16 or Windows-1252"),
        (b"name" + b",x" * 1_000_000 + b"\n", "Line 1 has more than 1,000,000 characters"),
        (b"name" + b"," * 900_000 + b"\n", "The header has 900,001 columns; 200 is the most I read."),
        (b"name" + b",x" * 300 + b"\n", "The header has 301 columns"),
        (b"name,value\n" + b"x" * 3_000_000, "Line 2 has more than 1,000,000 characters"),
        (b"\0\0\0\0\0\0", "No column is called name"),
    ],
)
def test_a_file_that_is_no_list_of_clients_is_refused_in_a_sentence(
    salvage: Salvage, tmp_path: Path, words: bytes, why: str
) -> None:
    told = salvage("import", write(tmp_path, words))
    assert told.exit_code == 1
    assert why in told.output
    assert "Traceback" not in told.output


async def test_owners_are_colleagues_and_a_stranger_is_only_made_when_told_to(
    house: House, salvage: Salvage, url: str, tmp_path: Path
) -> None:
    await house.seat("Priya").say("help")
    file = write(tmp_path, HEADER + "Acme,1,EUR,PRIYA,,,,\nBloom,1,EUR,local:priya,,,,\nZed,1,EUR,Zoe,,,,\n")
    assert "Line 4: owner: I don't know Zoe." in salvage("import", file).output
    assert "1 colleagues to make" in salvage("import", file, "--create-people").output
    assert [c.owner_id for c in await rows(url, Client)] == [1, 1, 2]
    assert "3 the same" in salvage("import", file).output


async def test_two_colleagues_of_one_name_must_be_told_apart(house: House, salvage: Salvage, tmp_path: Path) -> None:
    from bot.ports import Commanded, Inbound, Who

    for key in ("local:p1", "local:p2"):
        who = Who("local", key, "Priya", Role.member)
        await house.conversation.handle(Inbound(key, who, who.private, Commanded("help")))
    told = salvage("import", write(tmp_path, HEADER + "Acme,1,EUR,Priya,,,,\n"))
    assert "2 people are called Priya. Write one of: local:p1, local:p2." in told.output


async def test_an_empty_cell_leaves_what_is_known(salvage: Salvage, url: str, tmp_path: Path) -> None:
    salvage("import", write(tmp_path, GOOD))
    assert "1 the same" in salvage("import", write(tmp_path, "name,value,renewal\nNORTHWIND,,\n")).output
    told = salvage("import", write(tmp_path, "name,value\nNorthwind,13000\n"), "--dry-run")
    assert "value €12,000 → €13,000" in told.output


def test_a_yearly_sum_is_a_yearly_sum(salvage: Salvage, tmp_path: Path) -> None:
    told = salvage("import", write(tmp_path, "name,value,period\nA,€1200 per year,\nB,€5,Yearly\n"), "--dry-run")
    assert "New      A · €1,200 a year" in told.output
    assert "New      B · €5 a year" in told.output


async def test_a_new_value_has_the_open_cases_rescored(
    house: House, salvage: Salvage, url: str, tmp_path: Path
) -> None:
    seat = house.seat("Priya", Role.manager)
    await seat.say("demo")
    told = salvage("import", write(tmp_path, "name,value,currency\nAcme,99000,EUR\n"))
    assert "1 changed" in told.output
    database = Database(url)
    async with database.begin() as db:
        due = await db.scalar(
            select(func.count())
            .select_from(Case)
            .join(Client)
            .where(Client.name == "Acme", Case.rescore_at.is_not(None))
        )
    await database.close()
    assert due == 1


def test_a_workspace_that_is_not_there_is_refused_with_those_that_are(salvage: Salvage, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert "There is no workspace slack:T1 yet." in salvage("import", file, "--workspace", "slack:T1").output
    salvage("import", file)
    assert (
        "There is no workspace slack:T1. Name one of: local."
        in salvage("import", file, "--workspace", "slack:T1").output
    )
    assert "2 the same" in salvage("import", file, "--workspace", "local").output


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    sheet = look_at(write(tmp_path, "name,Vaule\nAcme,1\n"))
    assert sheet.unread == ("Vaule",)


@pytest.mark.parametrize("written", ["0", "7", "1200", "1,200", "1,234,567.89", "999999999", "12.50", "0.05"])
def test_a_bare_figure_is_read_as_everywhere_else(salvage: Salvage, tmp_path: Path, written: str) -> None:
    file = write(tmp_path, f'name,value,currency\nAcme,"{written}",EUR\n')
    assert f"Acme · {say_money(parse_money(written))} a month" in salvage("import", file, "--dry-run").output

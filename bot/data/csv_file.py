"""A CSV file as rows with their line numbers, whatever it was saved with; anything else is refused in a sentence."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.errors import Refusal
from bot.services.people import folded

LONGEST_LINE = 1_000_000
"""Characters; a longer line is no row of clients."""
MOST_COLUMNS = 200
COLUMNS = ("name", "value", "currency", "period", "owner", "renewal", "notice", "people", "channel")
EXAMPLE = "name,value,currency,owner,renewal,notice,people,channel"
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ALSO = {
    "client": "name",
    "client name": "name",
    "renewal date": "renewal",
    "notice date": "notice",
    "contacts": "people",
}
_CHUNK = 1 << 20
_OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file",
}
_SAID = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


@dataclass(frozen=True)
class Sheet:
    """What a CSV file turned out to be; ``columns`` holds for each cell what it means, '' where it is not read."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    unread: tuple[str, ...]
    header_line: int

    @property
    def said(self) -> str:
        """How the file was read, as a sentence."""
        words = f"Read as {_SAID[self.encoding]}, with {DELIMITERS[self.delimiter]} between the cells."
        if self.unread:
            more = f" and {len(self.unread) - 8} more" if len(self.unread) > 8 else ""
            words += f" Not read: {', '.join(repr(c[:40]) for c in self.unread[:8])}{more}."
        return words


@dataclass(frozen=True)
class BadLine:
    """A line that can't be taken, and why."""

    line: int
    why: str


def look_at(path: Path) -> Sheet:
    """The file's encoding, delimiter and columns; raises Refusal where it is no CSV of clients."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        number, header = 0, ""
        for line in _lines(file):
            number += 1
            header = line.strip("\r\n")
            if header.strip() and not header.casefold().startswith("sep="):
                break
            header = ""
    if not header:
        raise Refusal(f"{path.name} is empty. Its first line names the columns: {EXAMPLE}.")
    delimiter = max(DELIMITERS, key=lambda mark: (len(_known(_cells(header, mark))), header.count(mark)))
    return _sheet(path, encoding, delimiter, _cells(header, delimiter), number)


def lines_in(path: Path) -> int:
    """About how many lines a file has, for a progress bar."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def rows(sheet: Sheet) -> Iterator[tuple[int, list[str]] | BadLine]:
    """Every row after the header as (its first line's number, cells); empty ones are left out."""
    with sheet.path.open(encoding=sheet.encoding, newline="") as file:
        lines = _lines(file)
        for _ in range(sheet.header_line):
            next(lines)
        reader = csv.reader(lines, delimiter=sheet.delimiter, strict=True)
        number = sheet.header_line + 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield _whole(number, cells, len(sheet.columns))
                number = sheet.header_line + reader.line_num + 1
        except csv.Error as wrong:
            yield BadLine(number, _quoting(str(wrong)))


def _whole(number: int, cells: list[str], expected: int) -> tuple[int, list[str]] | BadLine:
    if len(cells) != expected:
        has = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        hint = " Put a cell that holds the separator in quotes." if len(cells) > expected else ""
        return BadLine(number, f"it has {has} where the header names {expected}.{hint}")
    if any("\0" in cell for cell in cells):
        return BadLine(number, "it holds a NUL character. Save the file again as CSV UTF-8.")
    return number, cells


def _quoting(wrong: str) -> str:
    if "field larger" in wrong:
        return f'a cell has more than {csv.field_size_limit():,} characters. Is a quote (") left open? I stopped there.'
    return 'a quote (") is left open or stands inside a cell. Double it there (""). I stopped at that line.'


def _sheet(path: Path, encoding: str, delimiter: str, cells: Sequence[str], line: int) -> Sheet:
    if len(cells) > MOST_COLUMNS:
        raise Refusal(f"The header has {len(cells):,} columns; {MOST_COLUMNS} is the most I read. Keep: {EXAMPLE}.")
    named = [_meaning(cell) for cell in cells]
    if "name" not in named:
        shown = ", ".join(cell.strip()[:30] for cell in cells[:6])
        raise Refusal(f"No column is called name. The first line reads: {shown}. It names the columns: {EXAMPLE}.")
    twice = next((n for n in named if n and named.count(n) > 1), None)
    if twice:
        raise Refusal(f"Two columns are called {twice}. Keep one of them.")
    unread = tuple(cell.strip() for cell, meaning in zip(cells, named, strict=True) if not meaning and cell.strip())
    return Sheet(path, encoding, delimiter, tuple(named), unread, line)


def _meaning(cell: str) -> str:
    name = folded(cell.replace("_", " ").strip("\ufeff \t"))
    name = _ALSO.get(name, name)
    return name if name in COLUMNS else ""


def _known(cells: Sequence[str]) -> set[str]:
    return {_meaning(cell) for cell in cells} - {""}


def _cells(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter))
    except csv.Error:
        return [header]


def _lines(file: TextIO) -> Iterator[str]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise Refusal(
                f"Line {number:,} has more than {LONGEST_LINE:,} characters. "
                f"A list of clients has these columns: {EXAMPLE}."
            )
        yield line


# --- encodings ---------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    """The encoding, from the file's first bytes or from what all of it can be read as."""
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, kind in _OTHER_FILES.items():
        if head.startswith(magic):
            raise Refusal(f"{path.name} is {kind}, not a CSV file. Save the table as CSV UTF-8 and import that.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = ["utf-16"]
    elif head.count(0) > len(head) // 4:
        # Nearly every second byte of Latin words in UTF-16 is zero; which one says the byte order.
        found = ["utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"]
    else:
        found = ["utf-8-sig", "cp1252"]
    for encoding in found:
        if _readable(path, encoding):
            return encoding
    raise Refusal(f"{path.name} is not text in UTF-8, UTF-16 or Windows-1252. Save it as CSV UTF-8 and import that.")


def _readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

"""The parts of an .xlsx beside its cells: sheets, shared strings, which styles are dates.

Read here and not by a library, because those that are fast hold a whole sheet in memory, also when
two cells at its far corners are all of it, and cannot stop after the header.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from tracker.imports.container import list_archive, unpacking
from tracker.imports.errors import FileError

BLOCK = 1 << 17
"""Bytes of XML that are given to the parser at once."""

MAX_STRINGS = 512 * 1024**2
"""Bytes of all shared strings."""

MAX_STRING_COUNT = 16_000_000
"""Shared strings; each costs eight bytes, also an empty one."""

MAX_CELL = 65_536
"""Characters of a cell; spreadsheets allow half of it."""

MAX_STRUCTURE = 64 * 1024**2
"""Bytes of a part that describes the workbook."""

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(50, 59), 45, 47})
"""Number formats that every spreadsheet has and that show a date or time; 27 to 58 in China."""
_DURATION = 46
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Start = Callable[[str, Mapping[str, str]], None]


@contextmanager
def reading() -> Iterator[None]:
    """Raises FileError (broken_archive) for what is wrong in a zip or its XML."""
    try:
        with unpacking():
            yield
    except expat.ExpatError as error:
        raise FileError("broken_archive", str(error)) from error


def xml_parser() -> expat.XMLParserType:
    """A parser that reads no document type: entities could grow without end there.

    Names come without their prefix only when the document has none: see `local`.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise FileError("broken_archive", "a document type in a workbook")


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Styles:
    """Which cell styles show a number as a date, and which as a length of time."""

    dates: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()


@dataclass
class Workbook:
    """An .xlsx of which the structure is known; cells are read when they are asked for."""

    path: Path
    sheets: list[tuple[str, str]]
    """Name and member, in the order of the tabs."""
    is_1904: bool
    """Whether days are counted from 1904 (old Macs)."""
    strings_part: str
    styles_part: str
    _members: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def strings(self) -> SharedStrings:
        """The shared strings, read as far as they are asked for."""
        part = self.strings_part if self.strings_part in self._members else ""
        return SharedStrings(self.path, part)

    @cached_property
    def styles(self) -> Styles:
        """The styles that matter here."""
        if self.styles_part not in self._members:
            return Styles()
        return _styles(self.path, self.styles_part)


def open_xlsx(path: Path) -> Workbook | None:
    """The structure of a workbook; None: it is of another make (xlsb, ods).

    Raises FileError: broken_archive, unpacked_too_large.
    """
    members = frozenset(info.filename for info in list_archive(path))
    root = _target(path, members, "_rels/.rels", "/officeDocument", "xl/workbook.xml")
    if root not in members or root.endswith(".bin"):
        return None
    return _workbook(path, members, root)


def _workbook(path: Path, members: frozenset[str], root: str) -> Workbook:
    sheets: list[tuple[str, str]] = []
    is_1904 = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_1904
        if local(name) == "sheet":
            told = next((v for k, v in attributes.items() if local(k) == "id" and ":" in k), "")
            sheets.append((attributes.get("name", ""), told))
        elif local(name) == "workbookPr":
            is_1904 = attributes.get("date1904", "") in ("1", "true")

    _walk(path, root, start)
    folder = PurePosixPath(root).parent
    relations = _relations(path, members, f"{folder}/_rels/{PurePosixPath(root).name}.rels")
    targets = {key: _absolute(folder, target) for key, (_, target) in relations.items()}
    kinds = {
        kind.rpartition("/")[2]: _absolute(folder, target) for kind, target in relations.values()
    }
    return Workbook(
        path,
        [(name, targets[key]) for name, key in sheets if targets.get(key) in members],
        is_1904,
        kinds.get("sharedStrings", ""),
        kinds.get("styles", ""),
        members,
    )


def _absolute(folder: PurePosixPath, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(folder / target)


def _relations(path: Path, members: frozenset[str], part: str) -> dict[str, tuple[str, str]]:
    """Id -> (type, target)."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if local(name) == "Relationship":
            kind, target = attributes.get("Type", ""), attributes.get("Target", "")
            found[attributes.get("Id", "")] = (kind, target)

    if part in members:
        _walk(path, part, start)
    return found


def _target(path: Path, members: frozenset[str], part: str, kind: str, usual: str) -> str:
    for type_, target in _relations(path, members, part).values():
        if type_.endswith(kind):
            return target.lstrip("/")
    return usual


def _styles(path: Path, part: str) -> Styles:
    formats: dict[str, str] = {}
    used: list[str] = []
    is_cell = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_cell
        name = local(name)
        if name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            is_cell = name == "cellXfs"
        elif name == "xf" and is_cell:
            used.append(attributes.get("numFmtId", "0"))

    _walk(path, part, start)
    kinds = {number: format_kind(number, formats.get(number, "")) for number in set(used)}
    return Styles(
        frozenset(str(i) for i, number in enumerate(used) if kinds[number] == "date"),
        frozenset(str(i) for i, number in enumerate(used) if kinds[number] == "duration"),
    )


def format_kind(number: str, code: str) -> str:
    """What a number format shows: "date" (also a time of day), "duration", or "" (a number).

    >>> format_kind("164", 'yyyy"年"m"月"d"日"')
    'date'
    """
    if not code:
        if number == str(_DURATION):
            return "duration"
        return "date" if number.isdigit() and int(number) in _DATES else ""
    shown = _NOT_SHOWN.sub("", code.partition(";")[0]).lower()
    if re.search(r"\[(?:h+|m+|s+)\]", shown):
        return "duration"
    return "date" if re.search(r"[dmyhs]", shown.replace("general", "")) else ""


def _walk(path: Path, part: str, start: Start) -> None:
    """Tell every element of a part."""
    parser = xml_parser()
    parser.StartElementHandler = start
    with reading(), zipfile.ZipFile(path) as archive, archive.open(part) as file:
        left = MAX_STRUCTURE
        while block := file.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise FileError("unpacked_too_large", part)
            parser.Parse(block, False)
        parser.Parse(b"", True)


class SharedStrings:
    """Texts by their number, in one block of bytes.

    They are read on as far as a number that is asked for: the header's stand at the beginning.
    """

    def __init__(self, path: Path, part: str) -> None:
        self._texts = bytearray()
        self._ends = array("Q", [0])
        self._more = self._read(path, part) if part else iter(())
        self._recent: dict[int, str] = {}

    def get(self, number: int) -> str:
        """A text. Raises FileError (broken_archive): there is none of this number."""
        found = self._recent.get(number)
        if found is None:
            while number >= len(self._ends) - 1:
                if next(self._more, None) is None:
                    raise FileError("broken_archive", f"no shared string {number}")
            data = self._texts[self._ends[number] : self._ends[number + 1]]
            found = data.decode("utf-8", "surrogatepass")
            if len(self._recent) >= 10_000:
                self._recent.clear()
            self._recent[number] = found
        return found

    def _put(self, text: str) -> None:
        self._texts.extend(unescaped(text).encode("utf-8", "surrogatepass"))
        self._ends.append(len(self._texts))
        if len(self._texts) > MAX_STRINGS or len(self._ends) > MAX_STRING_COUNT:
            raise FileError("unpacked_too_large", "shared strings")

    def _read(self, path: Path, part: str) -> Iterator[bool]:
        """Gives True after each block that was read."""
        parser = xml_parser()
        handlers = _StringHandlers(self._put)
        parser.StartElementHandler, parser.EndElementHandler = handlers.start, handlers.end
        parser.CharacterDataHandler = handlers.data
        with reading(), zipfile.ZipFile(path) as archive, archive.open(part) as file:
            while block := file.read(BLOCK):
                parser.Parse(block, False)
                yield True
            parser.Parse(b"", True)
            yield True


class _StringHandlers:
    """What the parser of shared strings calls."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put
        self._pieces: list[str] = []
        self._length = 0
        self._is_text = self._is_phonetic = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        """An element begins."""
        name = local(name)
        if name == "t":
            self._is_text = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """An element ends."""
        name = local(name)
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            self._put("".join(self._pieces))
            self._pieces.clear()
            self._length = 0

    def data(self, text: str) -> None:
        """Text within an element."""
        if self._is_text:
            self._length += len(text)
            if self._length > MAX_CELL:
                raise FileError("not_a_table", f"a cell of more than {MAX_CELL} characters")
            self._pieces.append(text)


def unescaped(text: str) -> str:
    """A text of a workbook with the characters that XML has not: `_x000D_` is a carriage return."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)

"""On which line of a TOML file a key or an array item stands: the standard reader does not say, and an error must."""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[str | int, ...]

BARE = re.compile(r"[A-Za-z0-9_-]+")
STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Place, int]:
    """Path of every key and array item -> its line, from 1. `text` must be valid TOML."""
    return _Scan(text).lines


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest thing around it; 1 where nothing is known."""
    for end in range(len(place), 0, -1):
        if place[:end] in lines:
            return lines[place[:end]]
    return 1


class _Scan:
    """One pass over valid TOML. Keeps where it is (`at`) and the path of the table it is in."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}
        table: Place = ()
        while self._skip("\n"):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, also: str = "") -> bool:
        """Step over blanks and comments; False at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                self.at = (self.text + "\n").index("\n", self.at)
            elif self.text[self.at] in " \t\r" + also:
                self.at += 1
            else:
                return True
        return False

    def _mark(self, place: Place) -> None:
        self.lines.setdefault(place, self.text.count("\n", 0, self.at) + 1)

    def _header(self) -> Place:
        double = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if double else 1
        place: Place = ()
        names = list(self._names())
        for depth, name in enumerate(names):
            place += (name,)
            if depth < len(names) - 1 and place in self.counts:
                place += (self.counts[place],)
        if double:
            self.counts[place] = self.counts.get(place, -1) + 1
            place += (self.counts[place],)
        self.at = self.text.index("]", self.at) + (2 if double else 1)
        after, self.at = self.at, start
        self._mark(place)
        self.at = after
        return place

    def _names(self) -> Iterator[str]:
        """The parts of a dotted key."""
        while True:
            self._skip()
            match = STRINGS.match(self.text, self.at) or BARE.match(self.text, self.at)
            assert match is not None
            self.at = match.end()
            yield match[0].strip("\"'")
            self._skip()
            if self.at >= len(self.text) or self.text[self.at] != ".":
                return
            self.at += 1

    def _pair(self, table: Place) -> None:
        start = self.at
        names = tuple(self._names())
        after, self.at = self.at, start
        for end in range(1, len(names) + 1):
            self._mark(table + names[:end])
        self.at = self.text.index("=", after) + 1
        self._value(table + names)

    def _value(self, place: Place) -> None:
        self._skip("\n")
        opened = self.text[self.at]
        if opened not in "[{":
            match = STRINGS.match(self.text, self.at) or SCALAR.match(self.text, self.at)
            assert match is not None
            self.at = match.end()
            return
        self.at += 1
        index = 0
        while self._skip("\n,") and self.text[self.at] not in "]}":
            if opened == "{":
                self._pair(place)
            else:
                self._mark((*place, index))
                self._value((*place, index))
                index += 1
        self.at += 1

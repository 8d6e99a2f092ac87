"""Small TOML files that people write, plans and descriptions of sensors: found by name, read, each key checked; bad input is one line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from imukick.errors import ImukickError

_NAMES: Final[Mapping[type, str]] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    list: "a list of texts",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class TomlTable:
    """What files of one kind look like.

    `what`: what such a file is called; `needs`: what it describes; `shipped`: names of those in `imukick.sources.<folder>`; `longest`: bytes;
    `example`: where to see one. `keys` at the top, and those of each of the `tables`, with the type of their values; `needed`: keys that must be
    there, of a table too. `repeated`: a table may be there several times, at most so often (`[[name]]`); else once (`[name]`).
    """

    what: str
    needs: str
    folder: str
    shipped: tuple[str, ...]
    longest: int
    example: str
    keys: Mapping[str, type]
    tables: Mapping[str, Mapping[str, type]]
    needed: tuple[str, ...]
    needed_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)

    def text(self, named: str) -> str:
        """The text of one that ships, by its name, or of a file. Raises `ImukickError` when it is neither or cannot be read."""
        ships = ", ".join(self.shipped)
        if named in self.shipped:
            return (files("imukick.sources") / self.folder / f"{named}.toml").read_text(encoding="utf-8")
        if not named:
            raise ImukickError(f"{self.what} without a name; give its TOML file, or one of {ships}")
        try:
            return small_text(Path(named), self.longest, self.what)
        except FileNotFoundError:
            kind = self.what.split()[-1]
            raise ImukickError(f"{named}: no such file, nor a {kind} that ships ({ships})") from None
        except (OSError, ValueError) as error:
            why = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ImukickError(f"{named}: cannot be read: {why}; name {self.what}'s file") from None

    def read(self, text: str, where: str) -> dict[str, Any]:
        """Its keys and tables, checked; a list of tables for one that may repeat. Raises `ImukickError`: `where`, the key, what is expected."""
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # a number of too many digits is a plain ValueError
            raise ImukickError(f"{where}: not TOML: {error}; {self.example}") from None
        out: dict[str, Any] = {}
        for key, value in data.items():
            if key in self.tables:
                out[key] = self._tables(key, value, where)
            elif key in self.keys:
                out[key] = checked(key, value, self.keys[key], where)
            else:
                known = ", ".join([*self.keys, *map(self._bracketed, self.tables)])
                raise ImukickError(f"{where}: key {key[:40]!r} is not known; known: {known}")
        _check_needed(out, self.needed, where, f"; {self.needs} needs {', '.join(self.needed)}", "")
        return out

    def _bracketed(self, name: str) -> str:
        return f"[[{name}]]" if name in self.repeated else f"[{name}]"

    def _tables(self, name: str, value: object, where: str) -> dict[str, Any] | list[dict[str, Any]]:
        if name not in self.repeated:
            if not isinstance(value, dict):
                raise ImukickError(f"{where}: {name} is a table; write [{name}] and its keys below")
            return self._table(name, value, where)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise ImukickError(
                f"{where}: {name} is a table that may be there several times; write [[{name}]] and its keys below"
            )
        if len(value) > self.repeated[name]:
            raise ImukickError(
                f"{where}: [[{name}]] is there {len(value)} times, expected at most {self.repeated[name]}"
            )
        return [self._table(name, one, where) for one in value]

    def _table(self, name: str, table: Mapping[str, object], where: str) -> dict[str, Any]:
        out = {}
        for key, value in table.items():
            if key not in self.tables[name]:
                known = ", ".join(self.tables[name])
                raise ImukickError(f"{where}: key {key[:40]!r} in {self._bracketed(name)} is not known; known: {known}")
            out[key] = checked(f"{name}.{key}", value, self.tables[name][key], where)
        _check_needed(out, self.needed_in.get(name, ()), where, "", f" in {self._bracketed(name)}")
        return out


def _check_needed(out: Mapping[str, Any], needed: Sequence[str], where: str, hint: str, place: str) -> None:
    missing = [key for key in needed if key not in out]
    if missing:
        raise ImukickError(f"{where}: key {missing[0]!r} is missing{place}{hint}")


def checked(key: str, value: object, kind: type, where: str) -> Any:
    """The value of a key, a list as a tuple. Raises `ImukickError` for one of another type."""
    fits = isinstance(value, int | float if kind is float else kind) and isinstance(value, bool) == (kind is bool)
    if kind is list and isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value)
        fits = False
    if not fits:
        raise ImukickError(f"{where}: key {key!r} is {str(value)[:40]!r}; expected {_NAMES[kind]}")
    try:
        return float(value) if kind is float and isinstance(value, int | float) else value
    except OverflowError:
        raise ImukickError(f"{where}: key {key!r} is too large a number") from None


def small_text(path: Path, longest: int, what: str) -> str:
    """The text of a small file, without the mark that Windows editors put before UTF-8; `what`: what it should be, for people.

    Raises `ImukickError` for a folder, a device or a pipe and for a file of over `longest` bytes, `OSError` when it cannot be read and
    `ValueError` when it is not UTF-8.
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a plain file"
        raise ImukickError(f"{path}: {kind}; name {what}'s file")
    with path.open("rb") as file:
        data = file.read(longest + 1)
    if len(data) > longest:
        raise ImukickError(f"{path}: too large for {what}, over {longest} bytes")
    return data.decode("utf-8-sig")

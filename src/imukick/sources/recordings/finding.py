"""Which files are one recording: a file alone, a pair that lies together, a folder or a zip that holds one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File, files_in, is_zip
from imukick.sources.recordings.formats import FORMATS, format_of, with_units
from imukick.sources.recordings.formats.format import ACC, GYR, NOTHING, WHOLE, Format, Holds
from imukick.sources.recordings.formats.phyphox import CLOCK

_QUANTITY: Final = re.compile(
    r"(?:(?:total|linear|user|raw)?[ _-]?acc(?:el(?:eration|erom[eè]t(?:er|re)|erometro)?)?"
    r"|gyr(?:o(?:scope|skop)?)?|giroscopio|(?:angular|rotation)[ _-]?(?:velocity|rate|speed)|gravity"
    r"|(?:lineare[ _-])?beschleunigung(?:ssensor)?|drehrate|winkelgeschwindigkeit)(?=data|[^a-z]|$)",
    re.IGNORECASE,
)
"""What a file's name says of the quantity in it; what is left of the name says which recording it is of."""
_RATE: Final = re.compile(r"\d+(?:\.\d+)?hz", re.IGNORECASE)
NOT_RECORDINGS: Final = ("truth", "labels", "reps", "motion", "sets", "original", "arrivals")
"""`NAME.<word>.csv` in a folder is something about a recording, or the one that an edited one replaced."""
RESAVED: Final = frozenset(b";\t")
"""What stands between columns where a table program saved a format of commas again."""
_NAMED: Final = 5
"""So many recordings of several are named."""


@dataclass(frozen=True, slots=True)
class Found:
    """One recording: what it is called, its files, and their format (None: no row knows it)."""

    path: Path
    files: tuple[File, ...]
    format: Format | None


@dataclass(frozen=True, slots=True)
class _Known:
    file: File
    format: Format | None
    holds: Holds


def recording_at(path: Path) -> Found:
    """The recording that a file (one of its files), a folder or a zip is.

    Raises `RecordingError` for a folder or zip that holds none or several.
    """
    if path.is_dir() or is_zip(path):
        groups = _with_strangers(_groups([_known(file) for file in files_in(path)]))
        groups = [group for group in groups if group[0].format is not None] or groups
        kind = "folder" if path.is_dir() else "zip"
        if not groups:
            raise RecordingError(
                f"no recording (a table with acceleration and rate of turn) in this {kind}{below(path)}", path=path
            )
        if len(groups) > 1:
            names = ", ".join(str(group[0].file.path.relative_to(path)) for group in groups[:_NAMED])
            trouble = f"{len(groups)} recordings in this {kind}; name one of them: {names}"
            raise RecordingError(trouble if path.is_dir() else f"{trouble} (unpack it)", path=path)
        return _found(path, groups[0])
    one = _known(File(path), tell=True)
    if one.format is None or one.format.pairs == "no" or one.holds == WHOLE:
        return _found(path, [one])
    beside = [_known(file) for file in files_in(path.parent) if file.path.name != path.name]
    partners = _partners(one, [other for other in beside if other.format is one.format])
    if not partners:
        for other in beside:
            if _of_one_recording(one, other):
                return _found(path, _as_plain(one, other) or _refused(one, other))
    return _found(path, [one, *partners])


def below(folder: Path) -> str:
    """What to say of a folder without recordings whose own folders hold tables; empty where they hold none."""
    if not folder.is_dir():
        return ""
    named = sorted(each.name for each in folder.iterdir() if each.is_dir() and files_in(each))
    more = ", …" if len(named) > _NAMED else ""
    return f"; name one of the folders in it: {', '.join(named[:_NAMED])}{more}" if named else ""


def recordings_in(paths: Iterable[Path]) -> list[Found]:
    """Files, each recording of several files once, under the name of its first one that is among them. A table of a known format in
    which nothing is read, as a magnetometer's, is left out unless there is nothing else.
    """
    found: list[Found] = []
    other: list[Found] = []
    seen: set[Path] = set()
    kept: dict[Path, dict[tuple[str, str, str], list[_Known]]] = {}  # of each folder, its halves by what they belong to
    for path in paths:
        if path in seen:
            continue
        one = _known(File(path))  # a zip, too: no row knows it, and it is one
        group = [one]
        if one.format is not None and one.format.pairs != "no" and one.holds != WHOLE:
            if path.parent not in kept:
                kept[path.parent] = _by_recording(_known(file) for file in files_in(path.parent))
            halves = kept[path.parent].get((one.format.name, *_belongs_to(one)), [])
            group += [half for half in halves if half.file.path.name != path.name]
            group = group if len(group) > 1 else _with_another_format(one, kept[path.parent])
        if one.format is not None and one.holds == NOTHING:
            other.append(_found(path, group))
            continue
        found.append(_found(path, group))
        seen |= {known.file.path for known in group}
    return found or other


def about_a_recording(path: Path) -> bool:
    """Whether a name says that this is an export or truth of a recording.

    >>> about_a_recording(Path("monday.reps.csv")), about_a_recording(Path("monday.csv"))
    (True, False)
    """
    parts = path.name.lower().split(".")
    return len(parts) > 2 and parts[-2] in NOT_RECORDINGS


def _by_recording(known: Iterable[_Known]) -> dict[tuple[str, str, str], list[_Known]]:
    """Halves by their format and what they belong to."""
    at: dict[tuple[str, str, str], list[_Known]] = {}
    for one in known:
        if one.format is not None and _halves(one) and one.holds != NOTHING:
            at.setdefault((one.format.name, *_belongs_to(one)), []).append(one)
    return at


def recordings_of_folder(folder: Path) -> list[Found]:
    """Every recording in a folder, by name: tables, those that no row knows if they are called .csv, and zips.

    A folder whose files are one recording's is that one recording.
    """
    files = files_in(folder)
    known = [_known(file) for file in files]
    zips = [each for each in sorted(folder.iterdir()) if each.suffix.lower() == ".zip" and each.is_file()]
    groups = _with_strangers(_groups(known))
    of_folder = [group for group in groups if _halves(group[0]) and not _belongs_to(group[0])[1]]
    if len(of_folder) == 1 and not zips and all(group is of_folder[0] or _strange(group) for group in groups):
        return [_found(folder if folder.name else folder.resolve(), of_folder[0])]
    if any(len(group) > 1 for group in of_folder):
        groups = [group for group in groups if not _strange(group)]
    groups = [group for group in groups if not _strange(group) or group[0].file.path.suffix.lower() == ".csv"]
    found = [_found(group[0].file.path, group) for group in groups]
    found += [Found(path, (File(path),), None) for path in zips]
    return sorted(found, key=lambda one: one.path)


def _strange(group: Sequence[_Known]) -> bool:
    return group[0].format is None


def _found(path: Path, group: Sequence[_Known]) -> Found:
    return Found(path, tuple(known.file for known in group), group[0].format)


def _known(file: File, *, tell: bool = False) -> _Known:
    try:
        found = format_of(file)
        if found is None and (RESAVED & set(file.head())):
            again = replace(file, resaved=True)
            known = format_of(again)
            if known is not None and known[0] is not FORMATS[-1]:
                return _Known(again, *known)
    except RecordingError:
        if tell:
            raise
        return _Known(file, None, NOTHING)
    return _Known(file, None, NOTHING) if found is None else _Known(file, *found)


def _groups(known: Sequence[_Known]) -> list[list[_Known]]:
    """Those that belong together; what no row knows stands alone."""
    groups: list[list[_Known]] = []
    at: dict[tuple[str, str, str], list[_Known]] = {}
    for one in known:
        if one.format is not None and one.holds == NOTHING:
            continue
        if not _halves(one):
            groups.append([one])
            continue
        key = ("" if one.format is None else one.format.name, *_belongs_to(one))
        if key not in at:
            at[key] = []
            groups.append(at[key])
        at[key].append(one)
    return groups


def _of_one_recording(one: _Known, other: _Known) -> bool:
    """Whether two files of different formats hold the two halves of what their names call one recording."""
    if one.format is other.format or any(each.format is None or each.format.pairs != "name" for each in (one, other)):
        return False
    return {one.holds, other.holds} == {ACC, GYR} and _belongs_to(one) == _belongs_to(other)


def _with_another_format(one: _Known, halves: Mapping[tuple[str, str, str], Sequence[_Known]]) -> list[_Known]:
    """A half, and its other half of another format where both can be read alike."""
    keys = [(row.name, *_belongs_to(one)) for row in FORMATS if row.pairs == "name"]
    for other in (half for key in keys for half in halves.get(key, ())):
        both = _as_plain(one, other) if _of_one_recording(one, other) else []
        if both:
            return both
    return [one]


def _refused(one: _Known, other: _Known) -> NoReturn:
    kinds = " and ".join(each.format.name for each in (one, other) if each.format is not None)
    trouble = (
        f"{other.file.path.name} beside it is of another kind ({kinds}), whose times may begin elsewhere; write both with names "
        "like t_s, ax_mps2, gx_radps"
    )
    raise RecordingError(trouble, path=one.file.path)


def _as_plain(one: _Known, other: _Known) -> list[_Known]:
    """The two halves as tables whose headers name units; empty where they cannot be read so, or phyphox's clock knows of pauses."""
    both = [_Known(each.file, FORMATS[-1], with_units.held(each.file)) for each in (one, other)]
    paused = any(each.file.beside(CLOCK).is_there() for each in both)
    return [] if paused or [each.holds for each in both] != [one.holds, other.holds] else both


def _with_strangers(groups: list[list[_Known]]) -> list[list[_Known]]:
    """Lone halves of different formats that belong together become one recording, where they can."""
    lone = [group for group in groups if len(group) == 1 and _halves(group[0])]
    for group in lone:
        others = [other for other in lone if group and other and _of_one_recording(group[0], other[0])]
        both = _as_plain(group[0], others[0][0]) if len(others) == 1 else []
        if both:
            group[:] = both
            others[0].clear()
    return [group for group in groups if group]


def _halves(one: _Known) -> bool:
    return one.format is not None and one.format.pairs != "no" and one.holds != WHOLE


def _belongs_to(one: _Known) -> tuple[str, str]:
    """Two files of one format are of one recording when this is equal."""
    if one.format is None:
        raise ValueError("a file of no format")
    folder = str(one.file.path.parent)
    return folder, "" if one.format.pairs == "folder" else recording_name(one.file.path)


def _partners(one: _Known, others: Sequence[_Known]) -> list[_Known]:
    """Of other files of its format those that belong to one: by the folder, or by what their names say besides the quantity."""
    return [other for other in others if other.holds not in (WHOLE, NOTHING) and _belongs_to(other) == _belongs_to(one)]


def recording_name(path: Path) -> str:
    """A file's name without the word for what it holds, and without rates.

    >>> recording_name(Path("monday_Gyroscope_25.000Hz.csv")), recording_name(Path("Linear Acceleration.csv"))
    ('monday', '')
    >>> recording_name(Path("monday_acc_2.csv")), recording_name(Path("another_march.csv"))
    ('monday 2', 'another march')
    """
    name = re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)
    stem = name.removesuffix(Path(name).suffix)
    return " ".join(re.split(r"[\s_.-]+", _RATE.sub(" ", _QUANTITY.sub(" ", stem)))).casefold().strip()

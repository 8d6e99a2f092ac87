"""A table in which several sensors take turns, or follow each other: the rows of the one that the person names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.errors import RecordingError
from imukick.sources.recordings.part import Part
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import Table
from imukick.units import DEG_PER_RAD

NAMED: Final = re.compile(
    r"(?:sensor|device|imu|node|tracker|tag|module|unit|board|dot|shimmer|source)(?:id|no|nr|number|name|label|tag|index|address|mac)?"
    r"|(?:sensor|device|body)?(?:location|placement|position|part|segment|site)|mac|macaddress|address|serial|serialnumber|id"
    r"|limb|leg|foot|ankle|side|设备名称"
)
"""Names of columns that may say whose row it is, after everything but letters is taken off."""
MOST: Final = 24
"""Chosen: twice as many sensors as a lab straps on; a column of more words says something else."""
LOOKED_AT: Final = 60
"""Rows that are looked at before a whole column is read; chosen: they lie everywhere in the table."""
TURN_S: Final = 0.25
"""Sensors worn together take turns within it, or within twice as long where the column is called after sensors. Chosen: longer than a
packet, shorter than what a person does."""
SHARED: Final = 0.8
"""Of the seconds in which two sensors might both have rows, this share has rows of both. Chosen: a word that changes with what
the person does is in one place at a time."""


def one_sensor(part: Part, device: str | None) -> Part:
    """The rows of one sensor. Raises `RecordingError` that lists them, with how much each moved, where several could be meant."""
    labels = _labels(part)
    if labels is None or part.chosen:
        if device is not None and not part.chosen:
            raise RecordingError("no column that names sensors; leave --device away", path=part.path)
        return part
    known = list(dict.fromkeys(labels.tolist()))
    if device is None:
        if len(known) > 1:
            trouble = (
                f"{len(known)} sensors in one table; name the one on the leg with --device: {_listed(part, labels)}"
            )
            raise RecordingError(trouble, path=part.path)
        return part
    if device not in known:
        raise RecordingError(f"no sensor {device[:60]!r} in it; there are: {_listed(part, labels)}", path=part.path)
    meta = {**part.meta, "sensor": device}
    return replace(part.taken(labels == device) if len(known) > 1 else part, meta=meta)


def how_much(gyr_radps: NDArray[np.float64]) -> str:
    """How quickly something turned at its quickest, for people who have to tell sensors apart. `gyr_radps` (n, 3)."""
    return f"turned at up to {turned_degps(gyr_radps):.0f} deg/s"


def turned_degps(gyr_radps: NDArray[np.float64]) -> float:
    """The rate of turn that one sample of a hundred exceeds, without a constant offset, in deg/s. `gyr_radps` (n, 3)."""
    rate = gyr_radps - np.median(gyr_radps, axis=0)
    return float(np.quantile(np.sqrt(np.einsum("ij,ij->i", rate, rate)), 0.99)) * DEG_PER_RAD


def _listed(part: Part, labels: NDArray[np.object_]) -> str:
    said = []
    for name in list(dict.fromkeys(labels.tolist()))[:8]:
        moved = "" if part.gyr is None else f" ({how_much(part.gyr.values[labels == name])})"
        said.append(f"{name[:40]!r}{moved}")
    return ", ".join(said)


def _labels(part: Part) -> NDArray[np.object_] | None:
    """(n,) the sensor that each row is of, where a column says so."""
    if part.table is None:
        return None
    named = []
    for position in _candidates(part.table):
        labels = np.array(part.table.words(position), dtype=object)
        if len(labels) != len(part.t_s):
            continue
        known = set(labels.tolist())
        if len(known) > MOST or "" in known:
            continue
        by_name = NAMED.fullmatch(_flat(part.table.headers[position])) is not None
        if len(known) > 1 and _at_once(part.t_s, labels, sorted(known), by_name=by_name):
            return labels
        if by_name and len(known) == 1 and not is_number(next(iter(known))):
            named.append(labels)
    return named[0] if named else None


def _candidates(table: Table) -> list[int]:
    """Columns of which a few rows hold few words, none of them a number unless the name of the column says that it may be one."""
    body = table.body + b"\n"
    begins = {0, *(body.find(b"\n", k) + 1 for k in np.linspace(0, len(table.body), LOOKED_AT, dtype=int).tolist())}
    rows = [body[begin : body.find(b"\n", begin)] for begin in sorted(begins)]
    some = [raw for raw in rows if raw.strip() and not raw.startswith(b"#")]
    found = []
    cells = [raw.decode("utf-8", errors="replace").replace('"', "").split(table.delimiter) for raw in some]
    for position, header in enumerate(table.headers):
        words = [row[position].strip() if position < len(row) else "" for row in cells]
        by_name = NAMED.fullmatch(_flat(header)) is not None
        if words and len(set(words)) <= MOST and "" not in words and (by_name or not any(map(_numeric, words))):
            found.append(position)
    return found


def _numeric(word: str) -> bool:
    return is_number(word.replace(",", ".")) or word.casefold() in ("nan", "null", "na", "none", "inf")


def _flat(name: str) -> str:
    return re.sub(r"[^a-z\u4e00-\u9fff]", "", name.casefold())


def _at_once(t_s: NDArray[np.float64], labels: NDArray[np.object_], known: list[str], *, by_name: bool) -> bool:
    """Whether rows of different words lie in the same seconds of time, as those of sensors worn together do."""
    bin_s = (2.0 if by_name else 1.0) * TURN_S
    seconds = {name: np.unique(np.floor(t_s[labels == name] / bin_s)) for name in known}
    for k, one in enumerate(known):
        for other in known[k + 1 :]:
            a, b = seconds[one], seconds[other]
            first, last = max(a[0], b[0]) + 1, min(a[-1], b[-1]) - 1
            both = len(np.intersect1d(a[(a >= first) & (a <= last)], b[(b >= first) & (b <= last)]))
            either = len(np.union1d(a[(a >= first) & (a <= last)], b[(b >= first) & (b <= last)]))
            if either >= (1 if by_name else 3) and both >= SHARED * either:
                return True
    return False

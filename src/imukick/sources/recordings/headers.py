"""Column headers -> which quantity, which axis, which factor to SI; a header without a unit is never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from imukick.errors import RecordingError
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

Quantity = Literal["time", "acc", "gyr"]

UNITS: Final[dict[Quantity, dict[str, float]]] = {
    "time": {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
        **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), 1e-3),
        **dict.fromkeys(("us", "μs", "usec", "micros", "microsecond", "microseconds"), 1e-6),
        **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), 1e-9),
    },
    "acc": {
        **dict.fromkeys(("mps2", "mps^2", "m/s2", "m/s^2", "m/(s^2)", "m/s/s", "m/sec2", "m/sec^2", "m/(sec^2)"), 1.0),
        **dict.fromkeys(("ms-2", "ms^-2", "m*s-2", "m*s^-2", "m.s-2", "m.s^-2", "m/s**2", "m/s/2"), 1.0),
        **dict.fromkeys(("mm/s2", "mm/s^2"), 1e-3),
        "g": STANDARD_GRAVITY_MPS2,
        "mg": STANDARD_GRAVITY_MPS2 / 1000.0,
    },
    "gyr": {
        **dict.fromkeys(
            ("radps", "rad/s", "rad/sec", "rads-1", "rad*s-1", "rad.s-1", "rads^-1", "rad*s^-1", "rad.s^-1"), 1.0
        ),
        **dict.fromkeys(("mrad/s", "mradps"), 1e-3),
        **dict.fromkeys(
            (
                "degps",
                "dps",
                "d/s",
                "deg/s",
                "degree/s",
                "degrees/s",
                "grad/s",
                "deg/sec",
                "°/s",
                "°/sec",
                "º/s",
                "degs-1",
                "degs^-1",
                "deg*s^-1",
                "deg.s-1",
                "deg.s^-1",
                "°s-1",
                "°s^-1",
                "°*s-1",
                "°*s^-1",
            ),
            RAD_PER_DEG,
        ),
        **dict.fromkeys(("mdps", "mdeg/s", "mdegps"), RAD_PER_DEG / 1000.0),
    },
}
"""THE TABLE of units a header may name (after Unicode NFKC, lower case, without spaces), each with its factor to SI. MATLAB writes
m/s^2 as m_s_2_ and R as m.s.2., which become m/s/2."""

SIDES: Final = (r"(?:^|[ _.:-])(?:l|left|lt)(?:[ _.:-]|$)", r"(?:^|[ _.:-])(?:r|right|rt)(?:[ _.:-]|$)")
"""What names of columns have in them in a table of two legs."""
NAME_ITS_RECORDING: Final = "name the recording it was made from"
OUR_TABLES: Final = (
    ({"t_start_s", "t_end_s", "scope"}, "a table of sets"),
    ({"t_start_s", "t_end_s", "outcome"}, "a table of agreement with labels"),
    ({"t_start_s", "t_end_s", "judgement_id"}, "a history's table of repetitions"),
    ({"t_start_s", "t_end_s"}, "a table of repetitions"),
    ({"t_s", "angle_deg", "rate_degps", "phase"}, "a table of the leg's motion"),
)
"""Columns of the tables that are made from recordings, and what such a table is."""
WANTED: Final = "t_s, ax_mps2, ay_mps2, az_mps2, gx_radps, gy_radps, gz_radps"

TIME: Final = re.compile(
    r"t|(?:time|timestamps?|epoch?|unixtime|unixtimestamp|zeit|zeitstempel|temps|tiempo|tempo)(?:sincestart|utc|local)?"
    r"|(?:relative|elapsed|sample|sensor|log|logging|recording|unix|system|chip|phone)?time(?:stamp)?|elapsed|datetime|dateandtime|uhrzeit|czas"
    r"|tijd|tid|cas|时间|時間|时刻|時刻"
)
"""Letters of names that a column of times has."""
UNIT_NAMES: Final = {
    "millis": "time (ms)", "micros": "time (us)", "milliseconds": "time (ms)", "microseconds": "time (us)", "seconds": "time (s)",
    "secondselapsed": "time (s)", "secondssincestart": "time (s)", "millissincestart": "time (ms)",
}  # fmt: skip
"""Names of columns that are a unit of time."""
_NAMES: Final[tuple[tuple[Quantity, int, str], ...]] = (
    (
        "acc",
        1,
        (
            "a|acc|accel|acceleration|accelerometer|gf|beschleunigung|beschl|accelerometre|acceleratie|aceleracion|acelerometro|accelerazione"
            "|accelerometro|acceleracio|przyspieszenie|aceleracao|versnelling|zrychleni|加速度"
        ),
    ),
    (
        "gyr",
        4,
        (
            "g|w|as|gyr|gyro|gyroscope|omega|angularvelocity|angularvel|angularrate|angularspeed|rotationrate|rotation|winkelgeschwindigkeit"
            "|drehrate|gyroskop|vitesseangulaire|velocidadangular|velocitaangolare|giroscopio|hoeksnelheid|predkosckatowa"
            "|velocidadeangular|vinkelhastighet|uhlovarychlost|角速度|ω"
        ),
    ),
)
_AXES: Final = tuple(
    (
        quantity,
        first,
        re.compile(rf"(?:{names})(?:axis)?(?P<after>[xyz])(?:axis)?|(?P<before>[xyz])(?:axis)?(?:{names})"),
    )
    for quantity, first, names in _NAMES
)
_LONGEST_NAME: Final = 200  # chosen: no column of a sensor is called so; longer ones are none that is known
_NO_GRAVITY = re.compile(r"linear|user|free")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: `slot` 0 = time, 1-3 = acc x y z, 4-6 = gyr x y z; `gain` the factor to SI; `header` as written."""

    position: int
    slot: int
    gain: float
    unit: str
    header: str


def named_quantities(headers: Sequence[str], *, also_time: bool = False) -> set[Quantity]:
    """What of acceleration and rate of turn (and time) stands in columns whose unit is named.

    >>> named_quantities(["Time (s)", "Gyroscope x (rad/s)", "ax"])
    {'gyr'}
    """
    found: set[Quantity] = set()
    for header in headers:
        name, unit = _split(header) if len(header) <= _LONGEST_NAME else ("", "")
        match = _slot(name)
        if match is not None and (match[1] or also_time) and unit in UNITS[match[0]]:
            found.add(match[0])
    return found


def slot_named(header: str) -> tuple[int, float] | None:
    """0 for a time, 1-3 for acceleration, 4-6 for rate of turn in a unit that is named, and the factor to SI; None for any other column.

    >>> slot_named("gyr_z (rad/s)"), slot_named("gyr_z")
    ((6, 1.0), None)
    """
    name, unit = _split(header)
    match = _slot(name)
    return (match[1], UNITS[match[0]][unit]) if match is not None and unit in UNITS[match[0]] else None


def find_columns(
    headers: Sequence[str],
    *,
    rate_given: bool,
    path: Path,
    line: int,
    wanted: Sequence[Quantity] = ("acc", "gyr"),
    timed: bool = False,
) -> list[Column]:
    """The seven columns (six when `rate_given`; fewer when one of the two quantities alone is `wanted`), in slot order.

    `timed`: the time is known from elsewhere, and no column is taken for it.

    Raises `RecordingError` when one is missing, doubled, names no unit or a unit of something else.

    >>> [c.gain for c in find_columns(
    ...     ["Time (ms)", "accX [g]", "accY [g]", "accZ [g]", "gx_radps", "gy_radps", "gz_radps"],
    ...     rate_given=False, path=Path("a.csv"), line=1)]
    [0.001, 9.80665, 9.80665, 9.80665, 1.0, 1.0, 1.0]
    """
    names = {header.strip().strip('"').casefold() for header in headers}
    for has, what in OUR_TABLES:
        if has <= names:
            raise RecordingError(f"this is {what}, as imukick writes it; {NAME_ITS_RECORDING}", path=path, line=line)
    found: dict[int, Column] = {}
    unclear: dict[int, str] = {}
    without_gravity = False
    for position, header in enumerate(headers):
        name, unit = _split(header) if len(header) <= _LONGEST_NAME else ("", "")
        without_gravity |= bool(_NO_GRAVITY.search(name)) and "acc" in name
        match = _slot(name)
        if match is None or match[0] not in (*(() if timed else ("time",)), *wanted):
            continue
        quantity, slot = match
        gain = UNITS[quantity].get(unit)
        if gain is None:
            unclear.setdefault(slot, _unit_trouble(quantity, header, unit))
        elif slot in found:
            raise RecordingError(
                f"columns {found[slot].header!r} and {_short(header)!r} both look like {_slot_name(slot)}; keep one",
                path=path,
                line=line,
            )
        else:
            found[slot] = Column(position, slot, gain, unit, _short(header))
    for slot in sorted(unclear.keys() - found.keys()):
        if slot or not rate_given:
            raise RecordingError(unclear[slot], path=path, line=line)
    if rate_given and 0 in found:
        raise RecordingError(
            f"column {found[0].header!r} holds the time; leave the sample rate away, it is for files without one",
            path=path,
            line=line,
        )
    slots = [
        *([] if rate_given or timed else [0]),
        *((1, 2, 3) if "acc" in wanted else ()),
        *((4, 5, 6) if "gyr" in wanted else ()),
    ]
    missing = [_slot_name(slot) for slot in slots if slot not in found]
    if (
        missing
        and not found.keys() - {0}
        and all(any(re.search(side, header.strip(), re.IGNORECASE) for header in headers) for side in SIDES)
    ):
        trouble = "columns of two legs side by side; write those of one, without left or right in their names, to a table of its own"
        raise RecordingError(trouble, path=path, line=line)
    if missing:
        raise RecordingError(_missing(missing, len(found), without_gravity, path), path=path, line=line)
    return [found[slot] for slot in sorted(found)]


def _split(header: str) -> tuple[str, str]:
    """Header -> (letters of its name, unit or ""), both lower case."""
    text = unicodedata.normalize("NFKC", header.replace("º", "°").replace("˚", "°")).strip().strip("'\"").lower()
    text = text.replace("·", "*").replace("⋅", "*").replace("−", "-")
    text = UNIT_NAMES.get(_letters(text), text)
    spoken = re.fullmatch(r"(?P<name>.+?)[\s_]+in[\s_]+(?P<unit>[^\s()\[\]{}]+)", text)
    if spoken:
        return _letters(spoken["name"]), spoken["unit"]
    bracket = re.fullmatch(r"(?P<name>.*?)\s*[(\[{]\s*(?P<unit>.*?)\s*[)\]}]", text)
    if bracket:
        return _letters(bracket["name"]), bracket["unit"].replace(" ", "")
    for cut in re.finditer(r"[_\s,:]+", text):
        name, rest = _letters(text[: cut.start()]), text[cut.end() :].replace(" ", "").strip("_").replace("_", "/")
        if _slot(name) is not None:
            return name, rest
    dotted = re.fullmatch(r"(?P<name>.+?)\.\.(?P<unit>[^.].*?)\.?", text)
    if dotted:
        return _letters(dotted["name"]), dotted["unit"].replace(".", "/")
    return _letters(text), ""


def _letters(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-zω\u4e00-\u9fff]", "", plain)


def _slot(name: str) -> tuple[Quantity, int] | None:
    if TIME.fullmatch(name):
        return "time", 0
    for quantity, first, pattern in _AXES:
        match = pattern.fullmatch(name)
        if match:
            return quantity, first + "xyz".index(match["after"] or match["before"])
    return None


def _slot_name(slot: int) -> str:
    if slot == 0:
        return "time"
    return f"{'acceleration' if slot < 4 else 'angular rate'} {'xyz'[(slot - 1) % 3]}"


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else text[:37] + "..."


def _unit_trouble(quantity: Quantity, header: str, unit: str) -> str:
    known = {"time": "s, ms, us or ns", "acc": "m/s^2 (mps2), g or mg", "gyr": "rad/s (radps) or deg/s (dps)"}[quantity]
    if unit:
        return f"column {_short(header)!r} names the unit {_short(unit)!r}; known here: {known}"
    return f"column {_short(header)!r} names no unit, and none is guessed; put it into the header: {known}"


def _beside(path: Path, word: str) -> str:
    """Where the other half of a recording of two files is looked for."""
    named, count = re.subn(r"(?:acc|gyr)[a-z]*", word, path.stem, count=1, flags=re.IGNORECASE)
    example = f"{named if count else f'{path.stem}_{word}'}"[:80] + path.suffix
    return f"export it too; if it is a file of its own, name its file like this one: {example}"


def _missing(missing: list[str], found: int, without_gravity: bool, path: Path) -> str:
    if found == 0:
        return f"no known column in the header; expected names like {WANTED} (the first line that is not a # line)"
    if without_gravity and any("acceleration" in name for name in missing):
        return "only acceleration without gravity is here; export the acceleration that includes gravity"
    if missing == ["time"]:
        return "no time column; name one like t_s or 'time (ms)', or give the sample rate (--rate-hz)"
    if missing == [_slot_name(slot) for slot in (4, 5, 6)]:
        return (
            f"acceleration alone, no gyroscope; without it neither range nor speed can be told: {_beside(path, 'gyro')}"
        )
    if missing == [_slot_name(slot) for slot in (1, 2, 3)]:
        return f"rate of turn alone, no acceleration; without it up and down cannot be told: {_beside(path, 'acc')}"
    return f"no column for {', '.join(missing)}; expected names like {WANTED}"

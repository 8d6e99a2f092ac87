"""Sets -> the CSV of the gym app Strong, which other gym apps import: one row a set, the weight's unit beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TextIO

from imukick.sinks.cell_text import guarded
from imukick.sinks.sets import SetRow
from imukick.variants import VARIANTS

COLUMNS: Final = (
    "Date", "Workout Name", "Exercise Name", "Set Order", "Weight", "Weight Unit", "Reps", "RPE", "Distance",
    "Distance Unit", "Seconds", "Notes", "Workout Notes", "Workout Duration",
)  # fmt: skip
"""Of the app's export with `;` between them, the one of its layouts that names its units."""
WORKOUT: Final = "Donkey kicks"
_SEPARATORS: Final = dict.fromkeys(map(ord, ',;|"'), " ")
LOADS: Final = {"ankle-weight": "Ankle Weight", "band": "Band", "cable": "Cable", "machine": "Machine"}


@dataclass(frozen=True, slots=True)
class Workout:
    """One recording: its sets (`scope` "set", counted repetitions only), when it began on the clock on the wall, `length_s`, its name."""

    rows: Sequence[SetRow]
    began: datetime
    length_s: float
    recording: str


def write_strong(file: TextIO, workouts: Iterable[Workout]) -> None:
    """Header and rows. A mass that is not known is left empty; without a load it is 0."""
    table = csv.writer(file, delimiter=";", lineterminator="\n")
    table.writerow(COLUMNS)
    for workout in workouts:
        orders: dict[str, int] = {}
        for row in workout.rows:
            name = exercise_name(row)
            orders[name] = orders.get(name, 0) + 1
            weight_kg = 0.0 if row.load == "none" else row.load_kg
            cells = (
                workout.began.replace(tzinfo=None).isoformat(" ", "seconds"), WORKOUT, name, orders[name],
                "" if weight_kg is None else f"{weight_kg:g}" if float(f"{weight_kg:g}") == weight_kg else repr(weight_kg),
                "" if weight_kg is None else "kg", row.counted, "", "", "", "", _note(row),
                workout.recording, _duration(workout.length_s),
            )  # fmt: skip
            table.writerow([_harmless(cell) for cell in cells])


def exercise_name(row: SetRow) -> str:
    """What was done, with which leg and load, as gym apps name exercises.

    It is the lower leg that was measured, so that nothing is said of the hip.
    """
    words = [VARIANTS[row.posture].app_name if row.posture in VARIANTS else ""] + (
        [row.side.capitalize()] if row.side in ("left", "right") else []
    )
    name = " - ".join(["Donkey Kick", *filter(None, words)])
    return name if row.load == "none" else f"{name} ({LOADS.get(row.load, 'Mixed Loads')})"


def _note(row: SetRow) -> str:
    words = [f"{row.clean} of {row.counted} clean"]
    words += [] if row.rom_median_deg is None else [f"Lower-leg range {row.rom_median_deg:.0f} deg (median)"]
    words += [f"Tempo {row.tempo} (lower-rest-lift-hold)"]
    words += ["Mass of the load not known"] if row.load != "none" and row.load_kg is None else []
    return ". ".join(words)


def _duration(length_s: float) -> str:
    """As the app writes it: hours and minutes, a begun minute counts.

    >>> _duration(51.0), _duration(3600.0), _duration(5400.0)
    ('1m', '1h 0m', '1h 30m')
    """
    minutes = max(1, -int(-length_s // 60))
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h {minutes % 60}m"


def _harmless(cell: str | int) -> str | int:
    r"""Text that a spreadsheet would take for a formula gets an apostrophe.

    Importers guess the separator from the whole file, and some split lines at it, quoted or not: so no text contains one.

    >>> _harmless("=1+1"), _harmless("a,b\nc;d"), _harmless(3)
    ("'=1+1", 'a b c d', 3)
    """
    if not isinstance(cell, str):
        return cell
    return guarded(" ".join(cell.translate(_SEPARATORS).split()))

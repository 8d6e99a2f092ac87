"""What a row of the table of formats says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from imukick.sources.recordings.files import File
from imukick.sources.recordings.part import Part, WantedPart

Held = Literal["acc", "gyr", "free", "gravity", "about", "watch", "raw acc", "raw gyr"]
Holds = frozenset[Held]

WHOLE: Final[Holds] = frozenset({"acc", "gyr"})
"""Acceleration with gravity and rate of turn: a recording by itself."""
ACC: Final[Holds] = frozenset({"acc"})
GYR: Final[Holds] = frozenset({"gyr"})
FREE: Final[Holds] = frozenset({"free"})
"""Acceleration from which gravity was taken."""
GRAVITY: Final[Holds] = frozenset({"gravity"})
WATCH: Final[Holds] = frozenset({"watch"})
"""Everything of a second device, a watch."""
RAW_ACC: Final[Holds] = frozenset({"raw acc"})
RAW_GYR: Final[Holds] = frozenset({"raw gyr"})
"""As the sensor gives it, not calibrated by the phone."""
ABOUT: Final[Holds] = frozenset({"about"})
"""Words about the recording."""
NOTHING: Final[Holds] = frozenset()
"""Of this format, but nothing that is read."""


@dataclass(frozen=True, slots=True)
class Format:
    """`holds(file, its first lines)`: what is in it, None when it is of another format. `read(files, asked)`: one `Part` with
    acceleration and rate of turn, or one of each.

    `pairs`: which files beside it belong to one that holds only a part: none, those whose `name` begins alike up to the word for
    the quantity, or all of the format in the `folder`. `devices`: whether its `read` itself takes the device that is asked for.
    """

    name: str
    holds: Callable[[File, Sequence[str]], Holds | None]
    read: Callable[[Sequence[File], WantedPart], Sequence[Part]]
    pairs: Literal["no", "name", "folder"] = "no"
    devices: bool = False

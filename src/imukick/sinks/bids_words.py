"""Texts of a BIDS dataset: the task, each channel, each column of the events, the README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from imukick.sinks.dictionary import DICTIONARY

BIDS_VERSION: Final = "1.11.1"
"""Of the specification whose schema the files were checked against."""
TASK: Final = "donkeykick"
TASK_DESCRIPTION: Final = (
    "Donkey kicks: the leg is lifted backwards, held and lowered, standing, on all fours or lying prone; "
    "one inertial sensor on the ankle of the moving leg."
)
MISSING: Final = "n/a"
TRACKERS: Final = {
    "imu": "inertial sensor on the ankle, as it measured",
    "leg": "the lower leg's angle, computed from the inertial sensor on an even grid",
}
"""Label of `tracksys-…` -> what it is."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of a motion file: `component` x, y, z or n/a; `kind` and `unit` as BIDS names them; `frame` of reference."""

    name: str
    component: str
    kind: str
    unit: str
    frame: str
    meaning: str


def _latency() -> Channel:
    return Channel("latency", MISSING, "LATENCY", "s", MISSING, "time since the first sample, by the recording's clock")


CHANNELS: Final[dict[str, tuple[Channel, ...]]] = {
    "imu": (
        _latency(),
        *(Channel(f"acc_{x}", x, "ACCEL", "m/s^2", "sensor", "specific force: +9.81 along up at rest") for x in "xyz"),
        *(Channel(f"gyro_{x}", x, "GYRO", "rad/s", "sensor", "angular rate") for x in "xyz"),
    ),
    "leg": (
        _latency(),
        Channel(
            "lower_leg_angle", MISSING, "MISC", "deg", "kick",
            "rotation of the lower leg against the room, about the kick axis; not a joint angle",
        ),
        Channel("lower_leg_rate", MISSING, "MISC", "deg/s", "kick", "its rate"),
    ),
}  # fmt: skip
"""Columns of each tracker's motion file, in order. MISC, because BIDS keeps JNTANG for the angle between two body parts."""

FRAMES: Final[dict[str, dict[str, Any]]] = {
    "sensor": {
        "Description": "Axes of the sensor as its maker marked them, right-handed; the sensor sits on the ankle in any way, "
        "so that they map to no direction of the body.",
        "SpatialAxes": MISSING,
        "RotationRule": "right-hand",
        "RotationOrder": MISSING,
    },
    "kick": {
        "Description": "One axis, horizontal and across the plane in which the leg moves, found from the movement itself; "
        "positive lifts the leg. Zero is one fixed direction for each way the sensor was strapped on.",
        "SpatialAxes": MISSING,
        "RotationRule": "right-hand",
        "RotationOrder": MISSING,
    },
}

EVENTS: Final = (
    "onset", "duration", "trial_type", "rep", "set", "side", "posture", "load", "counted", "reason", "verdicts",
    "quality", "rom_deg",
)  # fmt: skip
"""Columns, in order."""


def channel_words() -> dict[str, Any]:
    """Sidecar of every `_channels.tsv`."""
    return {"reference_frame": {"Description": "What the channel is to be read in.", "Levels": FRAMES}}


def event_words() -> dict[str, Any]:
    """Sidecar of every `_events.tsv`."""
    phases = {
        "lift": "from 10 % to 95 % of the repetition's own range",
        "hold": "above 95 %",
        "lower": "from 95 % down to 10 %",
        "rest": "from the end of the row before in the same set to the next lift; belongs to the repetition after it",
    }
    words: dict[str, Any] = {
        "onset": {"Description": "Since the first sample.", "Units": "s"},
        "duration": {"Description": "Of the phase.", "Units": "s"},
        "trial_type": {"Description": "Phase of a repetition.", "Levels": phases},
        "rep": {"Description": "Number of the repetition over all listed ones."},
        "reason": {"Description": "Why the repetition does not count; n/a where it does."},
    }
    for name in EVENTS:
        unit, meaning = DICTIONARY.get(name, ("", ""))
        words.setdefault(name, {"Description": meaning} | ({"Units": unit} if unit else {}))
    return words


README: Final = """# Donkey kicks, recorded by one inertial sensor on the ankle

Written by imukick. `sub-*/motion/` holds for each recording (`run-*`):

- `tracksys-imu`: specific force and angular rate as the sensor measured them, with the time of each sample as the channel `latency`;
- `tracksys-leg`: angle and rate of the lower leg, computed from it, on an even grid; `n/a` while the axis of the kicks was not
  known yet and where samples were missing;
- `events.tsv`: lift, hold, lower and rest of every repetition, counted or not, with the reason.

Latencies and onsets count from the first sample; `ClockAtOnset` in each `motion.json` is what the recording's own clock said
then, in seconds. Latencies have six decimals, as BIDS wants them. `Analysis` there holds all parameters and versions.

The angle is that of the lower leg against the room. It is no joint angle: one sensor cannot tell the hip from the back.
"""

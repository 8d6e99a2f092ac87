"""Recordings with exact truth: sessions of the shipped simulator from fixed seeds, or a folder of NAME.truth.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imukick import Samples, read_recording
from imukick.sources.simulator import Simulated, Spec, simulate

LOADS = {"none": "none", "ankle_weight": "ankle-weight", "band": "band", "cable": "cable"}
"""The truth's words for a load and ours."""

STYLES: tuple[dict[str, Any], ...] = (
    {"extras": ("short", "short", "knee-curl", "fidget"), "reps": 12},
    {"extras": ("walk", "aborted", "off-plane"), "lift_s": 0.7, "lower_s": 0.8, "pause_s": 0.5, "rest_s": 1.2},
    {"extras": ("other-leg", "short", "bounce"), "swing": 0.55, "drop": 0.55, "pause_s": 1.0},
    {"extras": ("off-plane", "squat", "off-plane"), "swing": 0.5, "pause_s": 1.5},
    {"extras": ("shuffle", "knee-curl", "pulse"), "drop": 0.5, "pause_s": 1.5},
    {"extras": ("bounce", "still", "bounce"), "load": "ankle-weight", "load_kg": 2.0, "lift_s": 1.6, "lower_s": 2.0},
    {"extras": ("remount", "walk"), "reps": 6, "lift_s": 2.0, "pause_s": 2.0, "lower_s": 3.0},
    {"extras": ("high", "aborted", "knee-curl"), "load": "band"},
    {"extras": ("still",), "pause_s": 0.0, "lift_s": 0.4, "lower_s": 0.45, "reps": 6},
)
"""One session of each, in each posture, from each of two seeds."""
SENSORS = (("bmi270", 100.0), ("lsm6ds3", 50.0), ("mpu6050", 200.0))
HEIGHTS_M = (1.55, 1.68, 1.80, 1.92)
TROUBLES = (("loss",), ("gap", "loss"), ("clip",))
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One recording with its truth; `name` says how to make or find it again, `least_deg` which kicks are scored."""

    name: str
    samples: Samples
    truth: dict[str, Any]
    least_deg: float = 8.0

    @property
    def posture(self) -> str:
        """As in truth."""
        return str(self.truth["posture"])

    @property
    def nominal(self) -> bool:
        """Device clock and whole samples; else host stamps, holes, clipping."""
        return bool(self.truth["sensor"]["level"] == "nominal")

    def told(self) -> dict[str, Any]:
        """What a person tells the program: load and height, posture only where it is never recognised."""
        load = LOADS[self.truth["equipment"]["type"]]
        words: dict[str, Any] = {"load": load, "height_m": self.truth["subject"]["height_m"]}
        if load == "ankle-weight":
            words["load_kg"] = self.truth["equipment"]["kg"]
        if self.posture not in ("standing", "quadruped"):
            words["posture"] = self.posture
        return words


def simulated(rounds: int = ROUNDS) -> Iterator[Case]:
    """Each style in each posture, once with a good sensor and once with host stamps, losses, gaps or clipping."""
    for again in range(rounds):
        for place, posture in enumerate(("standing", "quadruped", "prone")):
            for number, style in enumerate(STYLES):
                seed = 300 * again + 100 * place + number
                noise, rate_hz = SENSORS[seed % len(SENSORS)]
                shared = {
                    "posture": posture,
                    "side": ("left", "right")[(number + again) % 2],
                    "height_m": HEIGHTS_M[(number + again) % len(HEIGHTS_M)],
                    "rate_hz": rate_hz,
                    "noise": noise,
                    "rest_s": 3.0,
                }
                yield case_of(Spec(**{**shared, **style, "seed": seed}))
                trouble = TROUBLES[seed % len(TROUBLES)]
                extras = (*style["extras"], *trouble)
                clock = "device" if "clip" in trouble else "host"
                yield case_of(Spec(**{**shared, **style, "extras": extras, "clock": clock, "seed": 1000 + seed}))


def case_of(spec: Spec, least_deg: float = 8.0) -> Case:
    """Simulate; the case's name is the command that makes the same recording."""
    made: Simulated = simulate(spec)
    return Case(command(spec), made.samples, made.truth, least_deg)


def command(spec: Spec) -> str:
    """The options of `imukick simulate` that give this session.

    >>> command(Spec(seed=3, extras=("walk",)))
    '--with walk --seed 3'
    """
    plain = asdict(Spec())
    names = {"extras": "with", "rom_deg": "rom"}
    said = []
    for key, value in asdict(spec).items():
        if key != "seed" and value != plain[key]:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            said.append(f"--{names.get(key, key).replace('_', '-')} {text}")
    return " ".join([*said, f"--seed {spec.seed}"])


def from_folder(folder: Path) -> Iterator[Case]:
    """Recordings that lie beside their truth."""
    for path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        recording = path.with_name(path.name.replace(".truth.json", ".csv"))
        yield Case(recording.stem, read_recording(recording).samples, truth)

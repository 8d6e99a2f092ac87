"""Accuracy of imukick against exact truth: counted repetitions, range, times, lever, momentum; one command.

    python benchmarks/accuracy.py            sessions simulated here, from fixed seeds
    python benchmarks/accuracy.py FOLDER     NAME.csv with NAME.truth.json beside it, e.g. recordings

A kick in truth of at least 8 deg is scored; curls, aborted lifts and smaller kicks are not, but counting a curl or an
aborted lift is an error of its own. A counted row and a kick match, one to one, when they share more than half of
their union in time. Momentum is scored where the load is known, standing from 16 deg. Prints Markdown.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imukick import Rep, Samples, analyse, read_recording
from imukick.signals import FloatArray
from imukick.sources.simulator import Spec, simulate

SCORED_DEG = 8.0
STANDING_FAIR_DEG = 16.0
HIGH, LOW = 0.35, 0.20
LOADS = {"none": "none", "ankle_weight": "ankle-weight", "band": "band", "cable": "cable"}

STYLES: tuple[dict[str, Any], ...] = (
    {"extras": ("short", "knee-curl", "fidget")},
    {"extras": ("walk", "aborted"), "lift_s": 0.7, "lower_s": 0.8, "pause_s": 0.5, "rest_s": 1.2},
    {"extras": ("other-leg", "short"), "swing": 0.55, "drop": 0.55, "pause_s": 1.0},
    {"extras": ("off-plane", "squat"), "swing": 0.5, "pause_s": 1.5},
    {"extras": ("shuffle", "knee-curl"), "drop": 0.5, "pause_s": 1.5},
    {"extras": ("bounce", "still"), "load": "ankle-weight", "load_kg": 2.0, "lift_s": 1.6, "lower_s": 2.0},
    {"extras": ("remount", "walk"), "reps": 6, "lift_s": 2.0, "pause_s": 2.0, "lower_s": 3.0},
    {"extras": ("high", "aborted"), "load": "band"},
)
"""One session of each, in each posture."""
SENSORS = (("bmi270", 100.0), ("lsm6ds3", 50.0), ("mpu6050", 200.0))
HEIGHTS_M = (1.55, 1.68, 1.80, 1.92)
TROUBLES = (("loss",), ("gap", "loss"), ("clip",))


@dataclass(frozen=True, slots=True)
class Case:
    """One recording with its truth, and the group it is scored in."""

    group: str
    samples: Samples
    truth: dict[str, Any]


def simulated() -> Iterator[Case]:
    """Each style in each posture, once with a good sensor and once with host stamps, losses, gaps or clipping."""
    for place, posture in enumerate(("standing", "quadruped", "prone")):
        for number, style in enumerate(STYLES):
            seed = 100 * place + number
            noise, rate_hz = SENSORS[seed % len(SENSORS)]
            shared = {
                "posture": posture,
                "side": ("left", "right")[number % 2],
                "height_m": HEIGHTS_M[number % len(HEIGHTS_M)],
                "rate_hz": rate_hz,
                "noise": noise,
                "rest_s": 3.0,
            }
            made = simulate(Spec(**{**shared, **style, "seed": seed}))
            yield Case(f"{posture} nominal", made.samples, made.truth)
            trouble = TROUBLES[seed % len(TROUBLES)]
            extras = (*style["extras"], *trouble)
            clock = "device" if "clip" in trouble else "host"
            made = simulate(Spec(**{**shared, **style, "extras": extras, "clock": clock, "seed": 1000 + seed}))
            yield Case(f"{posture} harsh", made.samples, made.truth)


def from_folder(folder: Path) -> Iterator[Case]:
    """Recordings that lie beside their truth."""
    for path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        recording = path.with_name(path.name.replace(".truth.json", ".csv"))
        group = f"{truth['posture']} {truth['sensor']['level']}"
        yield Case(group, read_recording(recording).samples, truth)


@dataclass(slots=True)
class Score:
    """What a group of sessions came to; `pairs`: (row, kick, session's truth)."""

    sessions: int = 0
    exact: int = 0
    missed: int = 0
    false: int = 0
    wrongly: int = 0
    named: int = 0
    pairs: list[tuple[Rep, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def add(self, reps: tuple[Rep, ...], truth: dict[str, Any]) -> None:
        """Score one session."""
        kicks = [kick for kick in truth["reps"] if kick["kind"] == "kick" and kick["rom_shank_deg"] >= SCORED_DEG]
        others = [kick for kick in truth["reps"] if kick not in kicks]
        counted = [rep for rep in reps if rep.counted]
        found = sorted(
            ((overlap(rep, kick), i, j) for i, rep in enumerate(counted) for j, kick in enumerate(kicks)), reverse=True
        )
        rows, hit = set[int](), set[int]()
        for part, i, j in found:
            if part > 0.5 and i not in rows and j not in hit:
                rows.add(i)
                hit.add(j)
                self.pairs.append((counted[i], kicks[j], truth))
        rest = [rep for i, rep in enumerate(counted) if i not in rows]
        on_others = [[kick for kick in others if mostly_in(rep, kick)] for rep in rest]
        wrongly = sum(any(kick["kind"] != "kick" for kick in near) for near in on_others)
        false = sum(not near for near in on_others)
        self.sessions += 1
        self.missed += len(kicks) - len(hit)
        self.false += false
        self.wrongly += wrongly
        self.exact += len(hit) == len(kicks) and not false and not wrongly
        words = [rep.posture for rep in counted]
        self.named += bool(words) and max(set(words), key=words.count) == truth["posture"]

    def errors(self, column: str, key: str, since: str | None = None) -> FloatArray:
        """Row's column minus the truth's `key` (counted from its `since`), where the row has a number."""
        pairs = [(getattr(rep, column), kick[key] - (kick[since] if since else 0.0)) for rep, kick, _ in self.pairs]
        return np.array([ours - theirs for ours, theirs in pairs if ours is not None])

    def shares(self, word: str) -> FloatArray:
        """(n, 2) measured and true share, where the load is known and the lift high enough."""
        kept = [
            (getattr(rep, f"momentum_{word}"), kick[f"share_{word}"])
            for rep, kick, truth in self.pairs
            if truth["equipment"]["type"] in ("none", "ankle_weight") and kick[f"share_{word}"] is not None
            if truth["posture"] != "standing" or kick["rom_shank_deg"] >= STANDING_FAIR_DEG
        ]
        return np.array([pair for pair in kept if pair[0] is not None]).reshape(-1, 2)


def shared_s(rep: Rep, kick: dict[str, Any]) -> float:
    """Time in both; negative when apart."""
    end_s, start_s = float(kick["t_end10"]), float(kick["t_start10"])
    return min(rep.t_end_s, end_s) - max(rep.t_start_s, start_s)


def overlap(rep: Rep, kick: dict[str, Any]) -> float:
    """Shared time over the union."""
    both_s = (rep.t_end_s - rep.t_start_s) + float(kick["t_end10"]) - float(kick["t_start10"])
    shared = max(shared_s(rep, kick), 0.0)
    return shared / (both_s - shared)


def mostly_in(rep: Rep, kick: dict[str, Any]) -> bool:
    """Whether more than half of the row lies in the movement."""
    return shared_s(rep, kick) > 0.5 * (rep.t_end_s - rep.t_start_s)


def auc(shares: FloatArray) -> float | None:
    """How surely a truly high share reads higher than a truly low one."""
    high, low = shares[shares[:, 1] >= HIGH, 0], shares[shares[:, 1] <= LOW, 0]
    if not len(high) or not len(low):
        return None
    above = high[:, None] - low[None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def figures(score: Score) -> dict[str, str]:
    """The table's column for one group."""

    def show(values: FloatArray, how: Callable[[FloatArray], Any], digits: int, factor: float = 1.0) -> str:
        return f"{factor * how(np.abs(values)):.{digits}f}" if len(values) else "–"

    hits = len(score.pairs)
    out = {
        "sessions": f"{score.sessions}",
        "kicks": f"{hits + score.missed}",
        "missed / false": f"{score.missed} / {score.false}",
        "curls, aborted lifts counted": f"{score.wrongly}",
        "F1": f"{2 * hits / max(2 * hits + score.false + score.missed, 1):.3f}",
        "sessions exactly right": f"{score.exact}",
        "posture right": f"{score.named}",
        "range, MAE (deg)": show(score.errors("rom_deg", "rom_shank_deg"), np.mean, 2),
        "t_start_s, median (ms)": show(score.errors("t_start_s", "t_start10"), np.median, 0, 1e3),
        "t_top_s, median (ms)": show(score.errors("t_top_s", "t_top_start"), np.median, 0, 1e3),
        "t_lower_s, median (ms)": show(score.errors("t_lower_s", "t_top_end"), np.median, 0, 1e3),
        "t_end_s, median (ms)": show(score.errors("t_end_s", "t_end10"), np.median, 0, 1e3),
        "lift_s, MAE (ms)": show(score.errors("lift_s", "t_top_start", "t_start10"), np.mean, 0, 1e3),
        "pause_s, MAE (ms)": show(score.errors("pause_s", "t_top_end", "t_top_start"), np.mean, 0, 1e3),
        "lower_s, MAE (ms)": show(score.errors("lower_s", "t_end10", "t_top_end"), np.mean, 0, 1e3),
        "peak_lift_degps, median": show(score.errors("peak_lift_degps", "w_lift_peak_dps"), np.median, 1),
    }
    levers = [rep.lever_m / truth["hip_to_sensor_m"] - 1 for rep, _, truth in score.pairs if rep.lever_m is not None]
    out["lever, MAE (%)"] = show(np.array(levers), np.mean, 1, 100.0)
    for word in ("lift", "drop"):
        shares = score.shares(word)
        order = auc(shares)
        out[f"momentum_{word}, MAE (n)"] = f"{show(shares[:, 0] - shares[:, 1], np.mean, 3)} ({len(shares)})"
        out[f"momentum_{word}, AUC"] = "–" if order is None else f"{order:.3f}"
    return out


def told(truth: dict[str, Any]) -> dict[str, Any]:
    """What a person would tell the program: load and height always, posture only where it is never recognised."""
    load = LOADS[truth["equipment"]["type"]]
    words = {"load": load, "height_m": truth["subject"]["height_m"]}
    if load == "ankle-weight":
        words["load_kg"] = truth["equipment"]["kg"]
    if truth["posture"] not in ("standing", "quadruped"):
        words["posture"] = truth["posture"]
    return words


def main() -> None:
    """Score one pass and the refined pass, and print both tables."""
    sessions = list(simulated() if len(sys.argv) < 2 else from_folder(Path(sys.argv[1])))
    if not sessions:
        sys.exit(f"no NAME.truth.json in {sys.argv[1]}")
    for refine in (False, True):
        scores: dict[str, Score] = {}
        for session in sessions:
            reps = analyse(session.samples, refine=refine, **told(session.truth)).reps
            for group in (session.group, f"all {session.group.split()[-1]}"):
                scores.setdefault(group, Score()).add(reps, session.truth)
        columns = {group: figures(scores[group]) for group in sorted(scores)}
        print(f"\n{'Refined' if refine else 'One pass'}\n")
        print("| | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for name in next(iter(columns.values())):
            print(f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |")


if __name__ == "__main__":
    main()

"""Recordings of people that nobody here made: sets counted, labelled spans, hurried against held, and where nobody kicks.

The folder holds `index.csv` (file, reps, ...), `labels/` and one folder of CSV files for each source.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imukick import Rep, analyse
from measured.chance import Rows, auc, wilson
from measured.figures import Line, Reached, counted, rows, spanned

POSTURES = {"e1": "any", "e3": "any", "e4": "any", "e5": "prone"}
"""Exercise -> what a person would tell: seated knee extension, supine raise, side-lying abduction, prone extension."""
PACE = (("momentum_drop", 1.0), ("pause_s", -1.0), ("lift_s", -1.0), ("lower_s", -1.0))
"""Columns that tell a hurried repetition, and which way."""


@dataclass(slots=True)
class People:
    """What one pass came to over all recordings of people."""

    sets: list[tuple[str, str, str, int, int]] = field(default_factory=list)  # person, exercise, how, asked, counted
    spans: list[tuple[str, int, int]] = field(default_factory=list)  # file, labelled, hit
    paces: dict[tuple[str, str], dict[str, Rows]] = field(default_factory=dict)  # (exercise, person) -> column -> rows
    idle: dict[str, int] = field(default_factory=dict)  # file and posture told -> claims


def measure(folder: Path, *, refine: bool) -> People:
    """Analyse everything once."""
    out = People()
    sets = _table(folder / "labels" / "uci_pt_sets.csv")
    for name in sorted({row["file"] for row in sets if "rankle" in row["file"]}):
        person, exercise = Path(name).stem.split("_")[1:3]
        if exercise not in POSTURES or not (folder / name).exists():
            continue
        reps = [r for r in analyse(folder / name, posture=POSTURES[exercise], one_pass=not refine).reps if r.counted]
        inside: dict[str, list[Rep]] = {}
        for row in (row for row in sets if row["file"] == name):
            part = [r for r in reps if float(row["t_lo_s"]) <= _middle(r) < float(row["t_hi_s"])]
            inside[row["execution"]] = part
            out.sets.append((person, exercise, row["execution"], int(row["reps"]), len(part)))
        out.paces[exercise, person] = _paces(inside.get("correct", []), inside.get("fast", []))
        labels = folder / "labels" / f"uci_pt_{person}_{exercise}_reps.csv"
        if labels.exists():
            spans = [(float(row["t_start_s"]), float(row["t_end_s"])) for row in _table(labels)]
            out.spans.append((name, len(spans), _hits(reps, spans)))
    for row in _table(folder / "index.csv"):
        if row["reps"] == "0" and (folder / row["file"]).exists():
            for posture in ("auto", "any", "standing") if "walk" in row["file"] else ("auto", "prone"):
                told = analyse(folder / row["file"], posture=posture, one_pass=not refine)
                out.idle[f"{row['file']} {posture}"] = told.counted
    return out


def lines(one: People, refined: People) -> list[Line]:
    """Against the bars."""
    both = (one, refined)
    n = len(one.sets)
    exact = [sum(asked == found for *_, asked, found in p.sets) for p in both]
    worst = [max(abs(asked - found) for *_, asked, found in p.sets) for p in both]
    spans = [sum(hit for *_, hit in p.spans) for p in both]
    labelled = sum(row[1] for row in one.spans)
    walking = [sum(v for k, v in p.idle.items() if "walk" in k) for p in both]
    resting = [sum(v for k, v in p.idle.items() if "walk" not in k) for p in both]
    out = [
        _proportion("sets of ten counted exactly", (31, 34), exact, n),
        counted("worst set off by", (None, 1), (worst[0], worst[1]), 0, most=True, unit="kicks"),
        _proportion("labelled spans hit", (None, 110), spans, labelled),
        counted("claims on walking", (None, 0), (walking[0], walking[1]), 0, most=True),
        counted("claims on the resting leg", (None, 6), (resting[0], resting[1]), 0, most=True),
    ]
    for exercise in POSTURES:
        reached = [_slowest(p, exercise) for p in both]
        bar = 0.95 if exercise == "e5" else None
        out.append(
            Line(
                f"hurried told from held, {exercise}: worst person's best AUC",
                (None, bar),
                (reached[0], reached[1].against(bar, most=False)),
            )
        )
    return out


def set_rows(one: People, refined: People) -> list[tuple[str, str, str, str]]:
    """Sets that are not exact in one of the two passes."""
    return [
        (f"{person} {exercise} {how}", f"{asked}", f"{found}", f"{again}")
        for (person, exercise, how, asked, found), (*_, again) in zip(one.sets, refined.sets, strict=True)
        if not asked == found == again
    ]


def _proportion(name: str, bars: tuple[float | None, float | None], values: Sequence[int], n: int) -> Line:
    line = counted(name, bars, (values[0], values[1]), n, most=False)
    spans = [tuple(n * v for v in wilson(value, n)) for value in values]
    reached = [
        Reached(r.value, round(span[0]), round(span[1]), n, r.met) for r, span in zip(line.reached, spans, strict=True)
    ]
    return Line(name, bars, (reached[0], reached[1]), f"of {n}", 0)


def _slowest(people: People, exercise: str) -> Reached:
    """The person whose best column tells least; the interval is over that person's repetitions."""
    best = []
    for (name, _), columns in people.paces.items():
        told = [(value, table) for table in columns.values() if (value := auc(table)) is not None]
        if name == exercise and told:
            best.append(max(told, key=lambda pair: pair[0]))
    if not best:
        return Reached(None)
    _, table = min(best, key=lambda pair: pair[0])
    return spanned([table[i : i + 1] for i in range(len(table))], auc)


def _paces(held: Sequence[Rep], hurried: Sequence[Rep]) -> dict[str, Rows]:
    out = {}
    for column, sign in PACE:
        pairs = [(getattr(r, column), kind) for kind, reps in ((0.0, held), (1.0, hurried)) for r in reps]
        out[column] = rows([(sign * value, kind) for value, kind in pairs if value is not None])
    return {column: table for column, table in out.items() if table.shape[1] == 2}


def _hits(reps: Sequence[Rep], spans: Sequence[tuple[float, float]]) -> int:
    """Spans with a row of their own, at least a quarter as long and more than half inside."""
    used = set[int]()
    for start_s, end_s in spans:
        for rep in reps:
            length_s = rep.t_end_s - rep.t_start_s
            inside_s = min(end_s, rep.t_end_s) - max(start_s, rep.t_start_s)
            if rep.index not in used and length_s >= 0.25 * (end_s - start_s) and inside_s > 0.5 * length_s:
                used.add(rep.index)
                break
    return len(used)


def _middle(rep: Rep) -> float:
    return float(np.mean([rep.t_start_s, rep.t_end_s]))


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

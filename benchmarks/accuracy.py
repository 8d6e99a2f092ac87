"""The accuracy of imukick against truth: every figure beside its bar, as Markdown; one command.

    python benchmarks/accuracy.py [DATA] [--part NAME]... [--into PAGE]...

DATA holds `sim/` (NAME.csv with NAME.truth.json), `real/` (index.csv, labels, recordings of people), or recordings with
their truth themselves, e.g. `recordings`. Without it: ../shared/data beside the checkout, where it is. The sessions of
the shipped simulator are made here from fixed seeds. `--into` writes the figures into the marked places of a page:
docs/validation.md and docs/verdicts.md are made so. Nothing is random: the same code and data give the same figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from measured import edges, pendulum, rates, real, sensors
from measured.cases import Case, from_folder, simulated
from measured.figures import Line
from measured.scoring import Scored, run
from measured.simulated_figures import figures
from measured.tables import into, plain, table

from imukick.plans import HOLD_SHARE, TOLERANCE_S, TOLERANCE_SHARE, Target
from imukick.reps.metrics import BOUNCE_RAD, BOUNCE_SHARE
from imukick.reps.verdicts import VerdictParams
from imukick.units import DEG_PER_RAD

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
PARTS = ("own", "rates", "sensors", "edges", "limits", "other", "real", "pendulum")
EXAMPLES = 3
"""Failures of one kind that are named one by one."""

Both = tuple[list[Scored], list[Scored]]
Parts = dict[str, str]


def sessions(name: str, cases: Sequence[Case]) -> Parts:
    """Tables of sessions with exact truth: figures by level, claims by activity, words; then what went wrong."""
    both: Both = ([run(case, refine=False) for case in cases], [run(case, refine=True) for case in cases])
    parts: Parts = {}
    words: list[Line] = []
    for level in ("nominal", "harsh"):
        kept = tuple([s for s in one if s.case.nominal == (level == "nominal")] for one in both)
        if not kept[0]:
            continue
        lines = [line for figure in figures(level) if (line := figure.line((kept[0], kept[1]))) is not None]
        parts[f"{name}-{level}"] = f"{len(kept[0])} sessions.\n\n{table(lines)}"
        if level == "nominal":
            words = [line for line in lines if "`" in line.name or "curls" in line.name]
    parts[f"{name}-claims"] = claims(both)
    parts[f"{name}-verdicts"] = table(words)
    parts[f"{name}-failures"] = failures([("", pair) for pair in zip(*both, strict=True)])
    return parts


def claims(both: Both) -> str:
    """False repetitions by what the person was doing."""
    spent: dict[str, tuple[int, float]] = {}
    for scored in both[0]:
        for activity in scored.case.truth["activities"]:
            times, seconds = spent.get(activity["name"], (0, 0.0))
            spent[activity["name"]] = (times + 1, seconds + float(activity["t1"]) - float(activity["t0"]))
    found = [[name for scored in one for _, name in scored.false] for one in both]
    rows = [
        (
            name,
            spent.get(name, (0, 0.0))[0] or "",
            f"{spent.get(name, (0, 0.0))[1]:.0f}",
            *(one.count(name) for one in found),
        )
        for name in sorted({*spent, *found[0], *found[1]})
    ]
    total = ("together", "", "", len(found[0]), len(found[1]))
    return plain(("activity", "times", "seconds", "claims, one pass", "claims, second look"), [*rows, total])


def failures(pairs: Sequence[tuple[str, tuple[Scored, Scored]]]) -> str:
    """Errors by kind and posture, with how many in each pass and the first few by name."""
    kinds: dict[str, tuple[list[str], list[str]]] = {}
    for prefix, pair in pairs:
        for place, scored in enumerate(pair):
            for kind, where in scored.failures():
                key = f"{prefix}{scored.case.posture}, {kind}"
                kinds.setdefault(key, ([], []))[place].append(f"[{scored.case.name}] at {where}")
    rows = [
        (key, len(one), len(refined), "; ".join((refined or one)[:EXAMPLES]))
        for key, (one, refined) in sorted(kinds.items())
    ]
    return plain(("what went wrong", "one pass", "second look", "for example"), rows) if rows else "nothing"


def own() -> Parts:
    """The shipped simulator."""
    return sessions("own", list(simulated()))


def edge_sessions() -> Parts:
    """Kinds of sessions that are easily forgotten."""
    measured = edges.measure()
    return {
        "edges": plain(edges.HEAD, edges.table_rows(measured)),
        "first": plain(edges.FIRST_HEAD, edges.first_rows(edges.first_reps())),
        "edges-failures": failures([(f"{name}: ", pair) for name, pairs in measured.items() for pair in pairs]),
    }


def all_rates() -> Parts:
    """One session at many rates."""
    return {"rates": table(rates.lines(rates.measure(refine=False), rates.measure(refine=True)))}


def all_sensors() -> Parts:
    """The same sessions through each sensor."""
    measured = sensors.measure(sensors.sessions())
    parts = {
        f"sensors-{name}": plain(sensors.HEAD, sensors.table_rows(measured, refined=refined))
        for name, refined in (("one-pass", False), ("second-look", True))
    }
    pairs = [(f"{name}: ", pair) for name, both in measured.items() for pair in zip(*both, strict=True)]
    return parts | {"sensors-failures": failures(pairs)}


def people(folder: Path) -> Parts:
    """Recordings of people."""
    both = real.measure(folder, refine=False), real.measure(folder, refine=True)
    rows = real.set_rows(*both)
    return {
        "real": table(real.lines(*both)),
        "real-sets": plain(("set", "done", "one pass", "second look"), rows) if rows else "Every set is exact.",
    }


def swings(folder: Path) -> Parts:
    """The pendulum."""
    return {"pendulum": table(pendulum.lines(pendulum.measure(folder)))}


def limits() -> Parts:
    """The limits of the verdicts as the engine has them."""
    said = {
        "momentum": "`momentum` above",
        "drop": "`drop` above",
        "off_plane": "`off_plane` above",
        "short_share": "`short` under this share of the median of good repetitions",
        "high_share": "`too_high` over this multiple of it",
        "high_standing_deg": "`too_high` standing upright, behind vertical over (deg)",
        "good_reps": "good repetitions that make a median",
    }
    values = asdict(VerdictParams())
    rows = [(said.get(name, name), f"{value:g}", f"`{name}`") for name, value in values.items()]
    rows += [
        ("`no_pause`: hold under (s)", f"{Target().pause_s:g}", "`pause_s` of the target"),
        ("`no_pause`: with a plan, under this share of its hold", f"{HOLD_SHARE:g}", "`HOLD_SHARE`"),
        ("`quick_lift`, `quick_lower`: shorter than the plan's by more than (s)", f"{TOLERANCE_S:g}", "`TOLERANCE_S`"),
        ("`quick_lift`, `quick_lower`: and by more than this share of it", f"{TOLERANCE_SHARE:g}", "`TOLERANCE_SHARE`"),
        ("`bounce`: dip of at least (deg)", f"{BOUNCE_RAD * DEG_PER_RAD:g}", "`BOUNCE_RAD`"),
        ("`bounce`: and of the range", f"{BOUNCE_SHARE:g}", "`BOUNCE_SHARE`"),
    ]
    return {"limits": plain(("limit", "value", "in the engine"), rows)}


def plan(data: Path | None) -> dict[str, Callable[[], Parts]]:
    """Name -> what measures it, for all that can be measured with this data."""
    todo: dict[str, Callable[[], Parts]] = {
        "own": own,
        "rates": all_rates,
        "sensors": all_sensors,
        "edges": edge_sessions,
        "limits": limits,
    }
    if data is not None:
        folder = data / "sim" if (data / "sim").is_dir() else data
        if any(folder.glob("*.truth.json")):
            todo["other"] = lambda: sessions("other", list(from_folder(folder)))
        if (data / "real" / "index.csv").exists():
            todo["real"] = lambda: people(data / "real")
        if any((data / "real").glob(pendulum.PATTERN)):
            todo["pendulum"] = lambda: swings(data / "real")
    return todo


def main() -> None:
    """Measure what was asked for, print it, and write it where it belongs."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("data", nargs="?", type=Path, default=BESIDE if BESIDE.is_dir() else None)
    asked.add_argument("--part", action="append", choices=PARTS)
    asked.add_argument("--into", action="append", type=Path, default=[], metavar="PAGE")
    told = asked.parse_args()
    if told.data is not None and not told.data.is_dir():
        sys.exit(f"{told.data}: no such folder")
    todo = plan(told.data)
    missing = [name for name in told.part or () if name not in todo]
    if missing:
        sys.exit(f"nothing to measure {', '.join(missing)} with; name a folder that holds sim/ and real/")
    parts: Parts = {}
    for name in told.part or todo:
        measured = todo[name]()
        parts |= measured
        for title, text in measured.items():
            print(f"\n## {title}\n\n{text}", flush=True)
    for page in told.into:
        print(f"\n{page}: {', '.join(into(page, parts)) or 'no place for these figures'}")


if __name__ == "__main__":
    main()

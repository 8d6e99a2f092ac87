"""A cohort's tables -> the figures of its report: distributions, quality, exclusions, symmetry, repeatability."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from imukick.cohort.store import Store
from imukick.cohort.summary import rows
from imukick.sinks.cohort_page import Section
from imukick.statistics import Estimate, limits_of_agreement, reliability

SHOWN: Final = {
    "rom_deg": "range, deg",
    "lift_s": "lift, s",
    "pause_s": "pause, s",
    "lower_s": "lowering, s",
    "peak_lift_degps": "peak rate of the lift, deg/s",
    "momentum_lift": "momentum of the lift, share",
}
"""Columns of repetitions whose distribution is drawn -> name and unit."""
MEASURED: Final = {
    "rom_median_deg": "range, deg",
    "lift_median_s": "lift, s",
    "pause_median_s": "pause, s",
    "lower_median_s": "lowering, s",
    "peak_lift_median_degps": "peak rate of the lift, deg/s",
    "momentum_lift_median": "momentum of the lift, share",
}
"""Columns of sets and sessions that are a person's measurement -> name and unit."""
LEAST: Final = 3
"""Counted repetitions a set or session needs to be one (chosen: a median of fewer is a single repetition)."""
MOST_LISTED: Final = 200
"""Recordings that are named one by one; the table has all."""


def figures(store: Store) -> list[Section]:
    """All sections."""
    values, reasons, quality = _repetitions(store)
    sessions = list(
        rows(store, "sessions", ("recording", "person", "session", "started", "counted", "warnings", *MEASURED))
    )
    return [
        Section("Distributions", ("Of counted repetitions; each of them counts alike.",), values=values),
        _quality(quality, sessions),
        _exclusions(store, reasons),
        _symmetry(store),
        _repeatability(sessions),
    ]


def _repetitions(store: Store) -> tuple[dict[str, Any], Counter[str], Counter[str]]:
    numbers: dict[str, list[float]] = {name: [] for name in SHOWN}
    reasons, quality = Counter[str](), Counter[str]()
    for row in rows(store, "repetitions", ("counted", "reason", "quality", *SHOWN)):
        if not row["counted"]:
            reasons[row["reason"]] += 1
            continue
        quality.update(row["quality"] or ["none"])
        for name in SHOWN:
            if row[name] is not None:
                numbers[name].append(row[name])
    return {title: np.array(numbers[name]) for name, title in SHOWN.items()}, reasons, quality


def _quality(quality: Counter[str], sessions: Sequence[Mapping[str, Any]]) -> Section:
    whole = sum(row["counted"] for row in sessions)
    table = [[word, str(n), f"{n / whole:.1%}"] for word, n in quality.most_common()]
    warned = Counter(warning for row in sessions for warning in row["warnings"])
    table += [
        [f"warning: {text}", str(n), f"{n / len(sessions):.1%} of recordings"] for text, n in warned.most_common(20)
    ]
    return Section(
        "Quality",
        ("Quality words of counted repetitions, then warnings of recordings.",),
        ("word", "n", "share"),
        table,
    )


def _exclusions(store: Store, reasons: Counter[str]) -> Section:
    lost = list(rows(store, "problems", ("recording", "kind", "problem")))
    says = [f"{len(lost)} recordings could not be used; {reasons.total()} movements were listed and not counted."]
    table = [[f"not counted: {reason}", str(n), ""] for reason, n in reasons.most_common()]
    table += [[row["recording"], row["kind"], row["problem"]] for row in lost[:MOST_LISTED]]
    if len(lost) > MOST_LISTED:
        says.append(f"The first {MOST_LISTED} are named; the table problems has all.")
    return Section("Exclusions", says, ("what", "n or kind", "why"), table)


def _symmetry(store: Store) -> Section:
    """Left less right, one difference of each recording that has both, by person."""
    wanted = ("recording", "person", "side", "counted", *MEASURED)
    both: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: {"left": [], "right": []})
    for row in rows(store, "sets", wanted):
        if row["side"] in ("left", "right") and row["counted"] >= LEAST:
            both[row["person"] or row["recording"], row["recording"] if row["person"] is None else ""][
                row["side"]
            ].append(row)
    table = []
    for column, title in MEASURED.items():
        own: dict[str, list[float]] = defaultdict(list)
        for (person, _), sides in both.items():
            known = {side: [row[column] for row in sets if row[column] is not None] for side, sets in sides.items()}
            if known["left"] and known["right"]:
                own[person].append(float(np.mean(known["left"]) - np.mean(known["right"])))
        found = limits_of_agreement(list(own.values()))
        if found is not None:
            table.append([title, str(found.people), said(found.bias), said(found.lower), said(found.upper)])
    says = ["Left less right: means of set medians, one difference a person; 95 % intervals over people."]
    if not table:
        says = ["Needs two people or more with sets of both legs; say the side in recordings, marks or the manifest."]
    return Section("Symmetry", says, ("of", "people", "bias", "lower limit", "upper limit"), table)


def _repeatability(sessions: Sequence[Mapping[str, Any]]) -> Section:
    """ICC, SEM and MDC95 of a session's medians over occasions; an occasion is the manifest's session, else the how-manieth recording."""
    by_person: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in sessions:
        if row["person"] is not None and row["counted"] >= LEAST:
            by_person[row["person"]].append(row)
    named = all(row["session"] is not None for own in by_person.values() for row in own)
    table = []
    for column, title in MEASURED.items():
        people = [_occasions(own, column, named=named) for own in by_person.values()]
        found = reliability(people)
        if found is not None:
            numbers = (found.icc, found.icc_mean, found.sem, found.mdc95)
            table.append([title, f"{found.people} × {found.occasions} ({found.cells})", *map(said, numbers)])
    occasion = (
        "the manifest's session" if named else "a person's first, second … recording (the manifest names no sessions)"
    )
    says = [
        f"Session medians; an occasion is {occasion}. In brackets 95 % intervals: docs/decisions/0027-statistics.md."
    ]
    if not table:
        says = [
            "Needs two people or more who were recorded twice; a manifest with person and session says who and when."
        ]
    return Section(
        "Repeatability", says, ("of", "people × occasions (cells)", "ICC(A,1)", "ICC(A,k)", "SEM", "MDC95"), table
    )


def _occasions(own: Sequence[Mapping[str, Any]], column: str, *, named: bool) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    ordered = sorted(own, key=lambda row: (row["started"] or "", row["recording"]))
    for number, row in enumerate(ordered, 1):
        if row[column] is not None:
            values[row["session"] if named else str(number)].append(row[column])
    return {occasion: float(np.mean(several)) for occasion, several in values.items()}


def said(one: Estimate) -> str:
    """A number and its interval, three digits.

    >>> said(Estimate(1.0, (0.5, 1.25)))
    '1 (0.5 to 1.25)'
    """
    return _short(one.value) + (
        "" if one.interval is None else f" ({_short(one.interval[0])} to {_short(one.interval[1])})"
    )


def _short(value: float) -> str:
    return (f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}").replace("-", "−")

"""The history -> sessions of what may be compared: one leg, one posture, one load, judged by the same metrics in the same pass."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imukick.sinks.history.kept import MOST, read_meta
from imukick.sinks.history.reading import moment
from imukick.sinks.history.schema import CLEAN
from imukick.sinks.history.trends import METRICS, Group, Reps, Rules, Trend, trend_of


@dataclass(frozen=True, slots=True)
class _Judged:
    """One judgement: number of its session, when that was, by which rules, and since when (s) the load weighs how much (kg)."""

    session: int
    at: datetime
    rules: Rules
    masses: list[tuple[float, float | None]]


@dataclass(slots=True)
class _Part:
    """Repetitions of one group in one session, while they are gathered."""

    values: dict[str, list[float]]
    counted: int = 0
    clean: int = 0


def trends(connection: sqlite3.Connection, person: str, metrics: Sequence[str] = ("rom_deg",)) -> list[Trend]:
    """For each group that a person ever trained, those with most sessions first, one for each of `metrics` in their order.

    All of them are of one version of the metrics, the newest, and of one pass: the one that more of the person's sessions were
    judged in, the second look where there are as many.

    Raises `ValueError` for a metric that is not in `METRICS`.
    """
    for metric in metrics:
        if metric not in METRICS:
            raise ValueError(f"{metric!r} has no trend; known: {', '.join(METRICS)}")
    judged, _ = _judged(connection, person)
    rules = _chosen(judged)
    measured = [metric for metric in metrics if metric != "clean_share"]
    columns = "".join(f', "{metric}"' for metric in measured)
    rows = connection.execute(
        f"SELECT judgement_id, side, posture, load, t_end_s, {CLEAN}{columns} FROM latest_reps "
        "WHERE counted AND judgement_id IN (SELECT judgements.id FROM judgements JOIN sessions ON sessions.id = session_id "
        "WHERE person = ?)",
        (person,),
    )
    flat: dict[tuple[int, str, str, str, float | None], _Part] = {}
    for key, side, posture, load, t_end_s, clean, *values in rows:
        if key not in judged:
            continue
        where = (key, side, posture, load, None if load == "none" else _mass_kg(judged[key].masses, t_end_s))
        part = flat.get(where)
        if part is None:
            part = flat[where] = _Part({metric: [] for metric in metrics})
        part.counted += 1
        part.clean += clean
        for metric, value in zip(measured, values, strict=True):
            if value is not None and abs(value) < MOST:
                part.values[metric].append(value)
    parts: defaultdict[Group, dict[int, _Part]] = defaultdict(dict)
    for (key, side, posture, load, load_kg), part in flat.items():
        parts[Group(side, posture, load, load_kg)][key] = part
    found = []
    longest = {group: len({judged[key].session for key in by_key}) for group, by_key in parts.items()}
    for group, by_key in parts.items():
        newest = {judged[key].session: key for key in sorted(by_key) if judged[key].rules == rules}
        same = {key: by_key[key] for key in newest.values()}
        left_out = longest[group] - len(same)
        found += [trend_of(group, metric, _in_order(same, judged, metric), rules, left_out) for metric in metrics]
    return sorted(found, key=lambda trend: (-longest[trend.group], trend.group.text))


def _chosen(judged: Mapping[int, _Judged]) -> Rules:
    """The rules that sessions are compared by."""
    version = max((one.rules.metrics_version for one in judged.values()), default=0)
    by_session = {(one.session, one.rules.look) for one in judged.values() if one.rules.metrics_version == version}
    sessions = Counter(look for _, look in by_session)
    return Rules(version, max(sessions, key=lambda look: (sessions[look], look != "one", look), default="second"))


def damaged(connection: sqlite3.Connection, person: str) -> list[int]:
    """The numbers of this person's sessions that trends leave out, because the row of a judgement is damaged."""
    return sorted(_judged(connection, person)[1])


def _judged(connection: sqlite3.Connection, person: str) -> tuple[dict[int, _Judged], set[int]]:
    """(every judgement of a person's sessions by its key, which grows with time; sessions with a damaged one)."""
    rows = connection.execute(
        "SELECT judgements.id, session_id, coalesce(started, saved), metrics_version, "
        "CASE WHEN json_valid(meta) THEN json_extract(meta, '$.pass') END, CASE load WHEN 'none' THEN '{}' ELSE meta END "
        "FROM judgements JOIN sessions ON sessions.id = session_id WHERE person = ?",
        (person,),
    )
    found: dict[int, _Judged] = {}
    bad: set[int] = set()
    for key, session, at, version, look, meta in rows:
        try:
            masses = _masses(read_meta(meta))
            found[key] = _Judged(
                session, moment(datetime.fromisoformat(at)), Rules(version, str(look or "one")), masses
            )
        except (ValueError, TypeError, RecursionError):
            bad.add(session)
    return found, bad


def _masses(meta: Mapping[str, Any]) -> list[tuple[float, float | None]]:
    marked = [(t_s, load_kg) for t_s, _, load_kg in meta.get("load_marks", [])]
    return [(float("-inf"), meta.get("load_kg")), *marked]


def _mass_kg(masses: list[tuple[float, float | None]], t_s: float) -> float | None:
    return next(load_kg for since_s, load_kg in reversed(masses) if since_s <= t_s)


def _in_order(parts: Mapping[int, _Part], judged: Mapping[int, _Judged], metric: str) -> list[Reps]:
    keys = sorted(parts, key=lambda key: (judged[key].at, judged[key].session))
    return [
        Reps(judged[key].session, judged[key].at, parts[key].values[metric], parts[key].counted, parts[key].clean)
        for key in keys
    ]

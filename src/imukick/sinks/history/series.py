"""The history -> sessions of what may be compared: one leg, one posture, one load, judged by the same metrics."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imukick.sinks.history.reading import NEWEST
from imukick.sinks.history.schema import CLEAN
from imukick.sinks.history.trends import METRICS, Group, Reps, Trend, trend_of


@dataclass(slots=True)
class _Part:
    """Repetitions of one group in one session, while they are gathered."""

    values: dict[str, list[float]]
    counted: int = 0
    clean: int = 0


def trends(connection: sqlite3.Connection, person: str, metrics: Sequence[str] = ("rom_deg",)) -> list[Trend]:
    """For each group that a person ever trained, those with most sessions first, one for each of `metrics` in their order.

    Raises `ValueError` for a metric that is not in `METRICS`.
    """
    for metric in metrics:
        if metric not in METRICS:
            raise ValueError(f"{metric!r} has no trend; known: {', '.join(METRICS)}")
    judged = _judged(connection, person)
    newest = max((version for _, _, version, _ in judged.values()), default=0)
    measured = [metric for metric in metrics if metric != "clean_share"]
    columns = "".join(f', "{metric}"' for metric in measured)
    rows = connection.execute(
        f"SELECT judgement_id, side, posture, load, t_end_s, {CLEAN}{columns} FROM latest_reps "
        f"WHERE counted AND judgement_id IN (SELECT id FROM judgements AS judged WHERE {NEWEST})"
    )
    flat: dict[tuple[int, str, str, str, float | None], _Part] = {}
    for key, side, posture, load, t_end_s, clean, *values in rows:
        if key not in judged:
            continue
        where = (key, side, posture, load, None if load == "none" else _mass_kg(judged[key][3], t_end_s))
        part = flat.get(where)
        if part is None:
            part = flat[where] = _Part({metric: [] for metric in metrics})
        part.counted += 1
        part.clean += clean
        for metric, value in zip(measured, values, strict=True):
            if value is not None:
                part.values[metric].append(value)
    parts: defaultdict[Group, dict[int, _Part]] = defaultdict(dict)
    for (key, side, posture, load, load_kg), part in flat.items():
        parts[Group(side, posture, load, load_kg)][key] = part
    found = [
        trend_of(group, metric, _in_order(same, judged, metric), len(by_session) - len(same))
        for group, by_session in parts.items()
        for same in [{key: part for key, part in by_session.items() if judged[key][2] == newest}]
        for metric in metrics
    ]
    longest = {group: len(by_session) for group, by_session in parts.items()}
    return sorted(found, key=lambda trend: (-longest[trend.group], trend.group.text))


def _judged(
    connection: sqlite3.Connection, person: str
) -> dict[int, tuple[int, datetime, int, list[tuple[float, float | None]]]]:
    """Key of each session's newest judgement -> number of the session, when it was, version of the metrics, masses (kg) since when (s)."""
    rows = connection.execute(
        "SELECT judged.id, session_id, coalesce(started, saved), metrics_version, CASE load WHEN 'none' THEN '{}' ELSE meta END FROM judgements AS judged "
        f"JOIN sessions ON sessions.id = session_id WHERE person = ? AND {NEWEST}",
        (person,),
    )
    return {
        key: (session, datetime.fromisoformat(at), version, _masses(json.loads(meta)))
        for key, session, at, version, meta in rows
    }


def _masses(meta: Mapping[str, Any]) -> list[tuple[float, float | None]]:
    told = [(t_s, load_kg) for t_s, _, load_kg in meta.get("load_marks", [])]
    return [(float("-inf"), meta.get("load_kg")), *told]


def _mass_kg(masses: list[tuple[float, float | None]], t_s: float) -> float | None:
    return next(load_kg for since_s, load_kg in reversed(masses) if since_s <= t_s)


def _in_order(
    parts: Mapping[int, _Part],
    judged: Mapping[int, tuple[int, datetime, int, list[tuple[float, float | None]]]],
    metric: str,
) -> list[Reps]:
    keys = sorted(parts, key=lambda key: (judged[key][1].timestamp(), judged[key][0]))
    return [
        Reps(judged[key][0], judged[key][1], parts[key].values[metric], parts[key].counted, parts[key].clean)
        for key in keys
    ]

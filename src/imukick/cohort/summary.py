"""What a cohort's tables say together (`summary.json`), and what a run rests on (`run.json`, or one a shard)."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from imukick.analysis import EXPORT_VERSION, METRICS_VERSION, PROTOCOL_VERSION, package_version
from imukick.cohort.run import Order, Progress
from imukick.cohort.store import Store
from imukick.sinks import cohort_tables

LIBRARIES: Final = ("numpy", "scipy", "vqf", "pandas", "pyarrow", "dask", "distributed", "fsspec")


def write_provenance(
    store: Store, order: Order, named: Sequence[str], progress: Progress, began: datetime
) -> dict[str, Any]:
    """What was run, on what, with which versions, and how much of it was computed; it also gives that."""
    said = {
        "package": f"imukick {package_version()}",
        "metrics_version": METRICS_VERSION,
        "export_version": EXPORT_VERSION,
        "protocol_version": PROTOCOL_VERSION,
        "pass": "one" if order.one_pass else "second",
        "inputs": list(named),
        "shard": None if order.shard is None else f"{order.shard[0]}/{order.shard[1]}",
        "resumed": order.resume,
        "recordings": progress.total,
        "kept": progress.kept,
        "problems": progress.problems,
        "recorded_s": progress.recorded_s,
        "began": began.isoformat(timespec="seconds"),
        "ended": now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    _write(store, f"{order.part}.json", said)
    return said


def write_summary(store: Store) -> dict[str, Any]:
    """Counts over everything that is there, which it also gives."""
    sessions = list(rows(store, "sessions", ("person", "counted", "not_counted", "clean", "duration_s", "looked")))
    problems = Counter(row["kind"] for row in rows(store, "problems", ("kind",)))
    said = {
        "recordings": len(sessions) + problems.total(),
        "used": len(sessions),
        "problems": dict(sorted(problems.items())),
        "people": len({row["person"] for row in sessions} - {None}),
        "without_person": sum(row["person"] is None for row in sessions),
        "counted": sum(row["counted"] for row in sessions),
        "clean": sum(row["clean"] for row in sessions),
        "not_counted": sum(row["not_counted"] for row in sessions),
        "hours": round(sum(row["duration_s"] for row in sessions) / 3600, 4),
        "pass": sorted({row["looked"] for row in sessions}),
    }
    _write(store, "summary.json", said)
    return said


def write_report(store: Store, summary: Mapping[str, Any], provenance: Mapping[str, Any], *, study: bool) -> None:
    """`report.html`: the figures of all tables; for a `study` also methods, checklist and dictionary."""
    from imukick.cohort.report import figures
    from imukick.cohort.study import study_sections
    from imukick.sinks.cohort_page import cohort_html

    lost = summary["recordings"] - summary["used"]
    tiles = [
        (str(summary["used"]), "recordings used"),
        (str(lost), "not used"),
        (str(summary["people"]), "people"),
        (f"{summary['hours']:.1f}", "hours"),
        (str(summary["counted"]), "counted"),
        (str(summary["clean"]), "clean"),
    ]
    facts = [provenance["ended"][:10], provenance["package"], f"metrics version {provenance['metrics_version']}"]
    sentence = f"{summary['counted']} repetitions counted in {summary['used']} recordings, {summary['clean']} of them without a fault."
    sections = figures(store) + (study_sections(summary, provenance) if study else [])
    name = store.place.rstrip("/").rsplit("/", 1)[-1]
    store.write("report.html", cohort_html(name, facts, sentence, tiles, sections).encode("utf-8", "replace"))


def rows(store: Store, table: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of a table, these columns, partition after partition."""
    for name in store.names(table):
        data = store.read(f"{table}/{name}")
        piece = None if data is None else cohort_tables.from_parquet(table, data)
        if piece is not None:
            yield from piece.select(list(columns)).to_pylist()


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _write(store: Store, name: str, said: dict[str, Any]) -> None:
    store.write(name, (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())

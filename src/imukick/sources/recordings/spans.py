"""Repetitions that somebody wrote down -> spans: our exports, a person's labels, the truth of a simulated session."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from imukick.errors import RecordingError
from imukick.events import Side
from imukick.exercises import read_side
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.text import read_text

NEEDED: Final = ("t_start_s", "t_end_s")
OPTIONAL: Final = ("t_top_s", "t_lower_s", "rom_deg")
SAID: Final = ("counted", "side", "recording", "person", "reason", "notes")
YES: Final = ("true", "1", "yes")
NO: Final = ("false", "0", "no")
TRUTH: Final = {
    "t_start_s": ("t_move_s", "t_start10", "t_start"),
    "t_top_s": ("t_arrive_s", "t_top_start"),
    "t_lower_s": ("t_depart_s", "t_top_end"),
    "t_end_s": ("t_back_s", "t_end10", "t_end"),
    "rom_deg": ("rom_shank_deg",),
}
"""Our columns and the same in a truth.json: by movement, else by levels of the range."""


@dataclass(frozen=True, slots=True)
class Span:
    """One repetition as written down; times (s) on the recording's clock, None where nothing is said.

    `counted` False: a movement that is not to be counted. `why`: what the row says about that. `recording`: the file it
    belongs to, in a table of several, `person`: whose repetition it is; else empty.
    """

    start_s: float
    end_s: float
    top_s: float | None = None
    lower_s: float | None = None
    rom_deg: float | None = None
    counted: bool = True
    side: Side = "unknown"
    why: str = ""
    recording: str = ""
    person: str = ""


def read_spans(path: Path) -> tuple[Span, ...]:
    """A table in time order: CSV with t_start_s and t_end_s (and t_top_s, t_lower_s, rom_deg, counted, side, recording,
    person where there are), JSON as exported or a truth.json, or Parquet as exported, a folder of it too (`repetitions/` of a cohort).

    Raises `RecordingError` with the line or the row for what cannot be: a missing column, text for a number, an end
    that is not after its start.
    """
    if path.suffix == ".json":
        rows = _json_rows(path)
    elif path.suffix == ".parquet" or path.is_dir():
        rows = _parquet_rows(path)
    else:
        rows = _csv_rows(path)
    spans = [_span(row, path, line) for line, row in rows]
    return tuple(sorted(spans, key=lambda span: (span.recording, span.start_s, span.end_s)))


def _csv_rows(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    text = read_text(path)
    names = [name.strip().lower() for name in text.headers]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise RecordingError(
            f"no column {' and no column '.join(missing)}; needed are t_start_s and t_end_s, in seconds",
            path=path,
            line=text.header_line,
        )
    double = {name for name in names if name and names.count(name) > 1}
    if double:
        raise RecordingError(f"two columns {sorted(double)[0]!r}; take one out", path=path, line=text.header_line)
    lines = io.StringIO(text.body.decode("utf-8", errors="replace"))
    out = []
    for line, raw in enumerate(lines, text.header_line + 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        cells = next(csv.reader([raw.rstrip("\n")], delimiter=text.delimiter))
        if len(cells) != len(names):
            raise RecordingError(f"{len(cells)} fields, the header has {len(names)}", path=path, line=line)
        if text.delimiter != ",":
            cells = [cell.replace(",", ".") if is_number(cell.replace(",", ".")) else cell for cell in cells]
        out.append((line, dict(zip(names, cells, strict=True))))
    return out


def _json_rows(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordingError("no such file", path=path) from None
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}", path=path) from None
    except json.JSONDecodeError as error:
        raise RecordingError(f"not JSON: {error.msg}", path=path, line=error.lineno) from None
    except (UnicodeDecodeError, RecursionError):
        raise RecordingError("not JSON text in UTF-8", path=path) from None
    rows = whole.get("reps") if isinstance(whole, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RecordingError("no list `reps` in it; expected an export of imukick or a truth.json", path=path)
    return [(k, _of_truth(row) if "kind" in row else row) for k, row in enumerate(rows, 1)]


def _parquet_rows(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    import pandas as pd

    try:
        frame = pd.read_parquet(path, engine="pyarrow", use_threads=False, pre_buffer=False)  # its threads abort exits
    except ImportError:
        raise RecordingError("Parquet needs pyarrow: pip install 'imukick[parquet]'", path=path) from None
    except FileNotFoundError:
        raise RecordingError("no such file", path=path) from None
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())[:80]
        raise RecordingError(f"not a Parquet file: {why}", path=path) from None
    known = [name for name in (*NEEDED, *OPTIONAL, *SAID) if name in frame.columns]
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in known]
    return [(k, dict(zip(known, row, strict=True))) for k, row in enumerate(zip(*columns, strict=True), 1)]


def _of_truth(row: Mapping[str, Any]) -> dict[str, Any]:
    """A repetition of a truth.json under our names; what is no kick is not to be counted."""
    out: dict[str, Any] = {
        ours: next((row[name] for name in theirs if row.get(name) is not None), None) for ours, theirs in TRUTH.items()
    }
    return out | {"side": row.get("side"), "counted": row["kind"] == "kick", "notes": row["kind"]}


def _span(row: Mapping[str, Any], path: Path, line: int) -> Span:
    start_s, end_s = (_number(row, name, path, line) for name in NEEDED)
    if start_s is None or end_s is None:
        missing = NEEDED[0] if start_s is None else NEEDED[1]
        raise RecordingError(
            f"nothing under {missing}; every repetition needs a start and an end", path=path, line=line
        )
    if end_s <= start_s:
        raise RecordingError(f"ends at {end_s:g} s, but starts at {start_s:g} s", path=path, line=line)
    top_s, lower_s, rom_deg = (_number(row, name, path, line) for name in OPTIONAL)
    reason, notes = row.get("reason"), row.get("notes")
    said = notes if isinstance(notes, str) else ", ".join(map(str, () if notes is None else notes))
    return Span(
        start_s=start_s,
        end_s=end_s,
        top_s=top_s,
        lower_s=lower_s,
        rom_deg=rom_deg,
        counted=_yes(row.get("counted"), path, line),
        side=read_side(str(row.get("side") or "").strip().lower()),
        why=reason if isinstance(reason, str) and reason else said,
        recording=str(row.get("recording") or "").strip(),
        person=str(row.get("person") or "").strip(),
    )


def _number(row: Mapping[str, Any], name: str, path: Path, line: int) -> float | None:
    value = row.get(name)
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if isinstance(value, bool) or not is_number(text):
        raise RecordingError(f"{text[:40]!r} under {name} is not a number", path=path, line=line)
    return float(text)


def _yes(value: Any, path: Path, line: int) -> bool:
    """Nothing said counts."""
    word = "" if value is None else str(value).strip().lower()
    if word and word not in (*YES, *NO):
        raise RecordingError(f"{word[:40]!r} under counted; expected true or false", path=path, line=line)
    return word not in NO

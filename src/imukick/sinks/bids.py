"""A recording and what was found in it -> files of BIDS motion: samples, the leg's angle, an event for each phase."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick.events import Rep
from imukick.signals import FloatArray, LegMotion, Samples
from imukick.sinks.bids_words import CHANNELS, EVENTS, MISSING, TASK, TASK_DESCRIPTION, TRACKERS, Channel
from imukick.units import DEG_PER_RAD

LATENCY_DIGITS: Final = 6
"""BIDS writes a LATENCY with at most six decimals."""
_ROWS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class BidsRun:
    """One recording: its samples, the leg's motion, the repetitions, and the facts of its `Analysis.meta`."""

    samples: Samples
    moved: Sequence[LegMotion]
    reps: Sequence[Rep]
    meta: Mapping[str, Any]

    @property
    def zero_s(self) -> float:
        """The first sample, on the recording's clock: where onsets and latencies count from."""
        return float(self.samples.t_s[0]) if len(self.samples) else 0.0


def write_run(folder: Path, subject: str, number: int, run: BidsRun) -> None:
    """All files of one recording into `folder`, which is there: `sub-…_task-…_run-…`."""
    stem = f"sub-{subject}_task-{TASK}"
    for tracker in trackers(run):
        begin = f"{stem}_tracksys-{tracker}_run-{number}"
        channels = CHANNELS[tracker]
        _tsv(folder / f"{begin}_channels.tsv", _channel_rows(channels, run))
        columns = _imu_columns(run) if tracker == "imu" else _leg_columns(run)
        rows = _motion(folder / f"{begin}_motion.tsv", columns)
        _json(folder / f"{begin}_motion.json", _motion_words(tracker, channels, run, rows))
    _tsv(folder / f"{stem}_run-{number}_events.tsv", event_rows(run))


def trackers(run: BidsRun) -> list[str]:
    """Those of `TRACKERS` that have data: a recording too short for the engine's grid has samples only."""
    return [tracker for tracker in TRACKERS if tracker == "imu" or any(len(piece) for piece in run.moved)]


def event_rows(run: BidsRun) -> Iterator[dict[str, Any]]:
    """A row a phase of every listed repetition, and one for the rest before it within its set; the header comes first."""
    yield {name: name for name in EVENTS}
    last: Rep | None = None
    for rep in run.reps:
        said = {
            "rep": rep.index,
            "set": rep.set,
            "side": rep.side,
            "posture": rep.posture,
            "load": rep.load,
            "counted": "true" if rep.counted else "false",
            "reason": rep.reason,
            "verdicts": ";".join(rep.words) or None,
            "quality": ";".join(rep.quality) or None,
            "rom_deg": rep.rom_deg,
        }
        if last is not None and last.set == rep.set and rep.t_start_s > last.t_end_s:
            rest = {**dict.fromkeys(said), "rep": rep.index, "set": rep.set, "side": rep.side}
            yield {
                "onset": last.t_end_s - run.zero_s,
                "duration": rep.t_start_s - last.t_end_s,
                "trial_type": "rest",
            } | rest
        for word, begin_s, length_s in (
            ("lift", rep.t_start_s, rep.lift_s),
            ("hold", rep.t_top_s, rep.pause_s),
            ("lower", rep.t_lower_s, rep.lower_s),
        ):
            yield {"onset": begin_s - run.zero_s, "duration": length_s, "trial_type": word} | said
        last = rep


def scan_rows(subject: str, runs: Sequence[tuple[int, Sequence[str], object]]) -> Iterator[dict[str, Any]]:
    """Of `sub-…_scans.tsv`, the header first: the motion files of each run (number, trackers, `started`) and when it began."""
    yield {"filename": "filename", "acq_time": "acq_time"}
    for number, worn, started in runs:
        for tracker in worn:
            name = f"motion/sub-{subject}_task-{TASK}_tracksys-{tracker}_run-{number}_motion.tsv"
            yield {"filename": name, "acq_time": acq_time(started)}


def acq_time(started: object) -> str | None:
    """A time in BIDS' form: in UTC when its zone is known, unchanged when it is not; None when it is not a time.

    >>> acq_time("2026-05-01T18:30:00.250+02:00"), acq_time("2026-05-01T18:30:00"), acq_time("in May")
    ('2026-05-01T16:30:00.250000Z', '2026-05-01T18:30:00', None)
    """
    try:
        when = datetime.fromisoformat(str(started))
        return when.isoformat() if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):  # no time, or one before the first or after the last day there is
        return None


def write_table(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows, the header first, in BIDS' form: tabs, `n/a` for missing values."""
    _tsv(path, rows)


def write_words(path: Path, words: Mapping[str, Any]) -> None:
    """A sidecar."""
    _json(path, words)


def _channel_rows(channels: Sequence[Channel], run: BidsRun) -> Iterator[dict[str, Any]]:
    names = ("name", "component", "type", "tracked_point", "units", "placement", "reference_frame", "description")
    yield {name: name for name in names}
    sides = {rep.side for rep in run.reps} or {run.meta["side"]}
    side = sides.pop() if len(sides) == 1 else "unknown"
    point = {"left": "LeftAnkle", "right": "RightAnkle"}.get(side, "Ankle")
    for channel in channels:
        row = (
            channel.name, channel.component, channel.kind, point, channel.unit, "lower leg, just above the ankle",
            channel.frame, channel.meaning,
        )  # fmt: skip
        yield dict(zip(names, row, strict=True))


def _motion_words(tracker: str, channels: Sequence[Channel], run: BidsRun, rows: int) -> dict[str, Any]:
    t_s = run.samples.t_s
    length_s = float(t_s[-1] - t_s[0]) if len(t_s) else 0.0
    counts = {kind: sum(channel.kind == kind for channel in channels) for kind in ("ACCEL", "GYRO", "LATENCY", "MISC")}
    rate_hz = run.meta["rate_hz"] if tracker == "imu" else _grid_hz(run.moved)
    words: dict[str, Any] = {
        "TaskName": "donkey kick",
        "TaskDescription": TASK_DESCRIPTION,
        "TrackingSystemName": TRACKERS[tracker],
        "SamplingFrequency": MISSING if rate_hz is None else rate_hz,
        "SamplingFrequencyEffective": (rows - 1) / length_s if rows > 1 and length_s > 0 else MISSING,
        "RecordingDuration": length_s,
        "MissingValues": MISSING,
        "TrackedPointsCount": 1,
        "MotionChannelCount": len(channels),
        **{("MiscChannelCount" if kind == "MISC" else f"{kind}ChannelCount"): count for kind, count in counts.items()},
        "SoftwareVersions": run.meta["package"],
    }
    if run.meta["sensor"] is not None:
        words["ManufacturersModelName"] = str(run.meta["sensor"])
    return words | {"ClockAtOnset": run.zero_s, "Analysis": dict(run.meta)}


def _grid_hz(moved: Sequence[LegMotion]) -> float | None:
    steps_s = [np.diff(piece.t_s) for piece in moved if len(piece) > 1]
    return round(1.0 / float(np.median(np.concatenate(steps_s))), 6) if steps_s else None


def _imu_columns(run: BidsRun) -> Iterator[list[FloatArray]]:
    samples = run.samples
    yield [samples.t_s - run.zero_s, *samples.acc_mps2.T, *samples.gyr_radps.T]


def _leg_columns(run: BidsRun) -> Iterator[list[FloatArray]]:
    for piece in run.moved:
        nothing = np.full(len(piece), math.nan)
        if piece.angle_rad is None or piece.rate_radps is None:
            yield [piece.t_s - run.zero_s, nothing, nothing]
        else:
            angle_deg, rate_degps = piece.angle_rad * DEG_PER_RAD, piece.rate_radps * DEG_PER_RAD
            known = ~piece.filled
            yield [
                piece.t_s - run.zero_s,
                np.where(known, angle_deg, math.nan),
                np.where(known, rate_degps, math.nan),
            ]


def _motion(path: Path, pieces: Iterator[list[FloatArray]]) -> int:
    """The rows as text: a latency first, then numbers that read back equal, `n/a` for missing ones."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for columns in pieces:
            rows += len(columns[0])
            for at in range(0, len(columns[0]), _ROWS_AT_ONCE):
                latency, *numbers = (column[at : at + _ROWS_AT_ONCE].tolist() for column in columns)
                text = [[f"{x:.{LATENCY_DIGITS}f}" for x in latency]]
                text += [[MISSING if math.isnan(x) else repr(x) for x in column] for column in numbers]
                file.write("".join("\t".join(row) + "\n" for row in zip(*text, strict=True)))
    return rows


def _tsv(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write("\t".join(_cell(value) for value in row.values()) + "\n")


def _cell(value: object) -> str:
    r"""One cell: a table of BIDS cannot quote, so that tabs and newlines become spaces.

    >>> _cell(None), _cell(0.1), _cell("a\tb")
    ('n/a', '0.1', 'a b')
    """
    if value is None or value == "":
        return MISSING
    return repr(value) if isinstance(value, float) else " ".join(str(value).split())


def _json(path: Path, words: Mapping[str, Any]) -> None:
    text = json.dumps(words, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")

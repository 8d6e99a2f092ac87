"""Xsens MT Manager: the tab-separated text it exports of MTi and MTw sensors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.part import Part, WantedPart, mps2, radps, text_of
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import unwrapped
from imukick.sources.recordings.table import Table, line_with, lines_of, table_at

FIRST: Final = "PacketCounter\t"
PREAMBLE: Final = 40
DOT: Final = "DeviceTag"
TICKS_HZ: Final = 10_000.0
"""Of SampleTimeFine."""
SIX: Final = ("Acc_X", "Acc_Y", "Acc_Z", "Gyr_X", "Gyr_Y", "Gyr_Z")


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """Column names that begin with a packet counter and a tab; lines with `//` may stand above. A Movella DOT's, saved again with tabs, have
    its tag there.
    """
    line = line_with(lines, FIRST, PREAMBLE)
    return None if line is None or any(above.startswith(DOT) for above in lines[: line - 1]) else WHOLE


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """m/s^2 and rad/s (not deg/s); time from the sensor's ticks, or, where there are none, from packets counted at the rate
    that the preamble or the person says.
    """
    (file,) = files
    data = text_of(file)
    lines = lines_of(data[:20_000])
    line = line_with(lines, FIRST, PREAMBLE)
    if line is None:
        raise RecordingError("no line with the column names; export it again", path=file.path)
    table = table_at(data, file.path, line, "\t")
    if not table.has(*SIX):
        trouble = "acceleration and angular velocity are not both in it; switch both on among the exported data"
        raise RecordingError(trouble, path=file.path, line=line)
    parts = (above.strip("/ \t").partition(":") for above in lines[: line - 1])
    said = {key.strip(): value.strip() for key, _, value in parts}
    six = table.numbers(table.positions(SIX))
    sensor = " ".join(word for word in (said.get("ProductCode") or "Xsens", said.get("DeviceId", "")) if word)
    return [
        Part(
            path=file.path,
            t_s=_seconds(table, said.get("Update Rate", ""), asked),
            acc=mps2(six[:, :3]),
            gyr=radps(six[:, 3:]),
            table=table,
            meta={"sensor": sensor.strip()},
        )
    ]


def _seconds(table: Table, said_rate: str, asked: WantedPart) -> FloatArray:
    if table.has("SampleTimeFine"):
        (fine,) = table.positions(["SampleTimeFine"])
        if is_number(next(iter(table.words(fine)), "")):
            asked.no_rate(table.path)
            ticks = unwrapped(table.numbers([fine])[:, 0], 32)
            t_s: FloatArray = (ticks - ticks[0]) / TICKS_HZ
            return t_s
    counts = table.numbers(table.positions(["PacketCounter"]))[:, 0]
    counts = unwrapped(counts, 16) if np.abs(counts).max() < 2.0**16 else counts
    match = re.match(r"\s*(\d+(?:\.\d+)?)\s*Hz", said_rate, re.IGNORECASE | re.ASCII)
    if match is not None:
        asked.no_rate(table.path)
    rate_hz = float(match[1]) if match is not None else asked.rate_hz
    if not rate_hz:
        trouble = "no sample times in it, only packets counted; give the rate it was recorded at (--rate-hz)"
        raise RecordingError(trouble, path=table.path, line=table.header_line)
    counted_s: FloatArray = (counts - counts[0]) / rate_hz
    return counted_s

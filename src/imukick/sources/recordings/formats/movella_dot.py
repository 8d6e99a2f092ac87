"""Movella (Xsens) DOT: the CSV its app and its logger write, in any of their measurement modes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.formats.from_orientation import from_orientation
from imukick.sources.recordings.other_times import lost_share
from imukick.sources.recordings.part import Part, WantedPart, degps, mps2, text_of
from imukick.sources.recordings.stamps import read_stamp, unwrapped
from imukick.sources.recordings.table import Table, line_with, lines_of, table_at
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

FIRST: Final = "PacketCounter,SampleTimeFine,"
PREAMBLE: Final = 20
"""Lines before the column names, at most; chosen: 12 are the most seen."""
AGAIN: Final = "record in the mode 'Rate quantities' or a custom mode with acceleration and angular velocity"
ACC: Final = ("Acc_X", "Acc_Y", "Acc_Z")
GYR: Final = ("Gyr_X", "Gyr_Y", "Gyr_Z")
TURNED: Final = ("Quat_W", "Quat_X", "Quat_Y", "Quat_Z", "FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z")
LOST: Final = 0.1
"""Of the packets; chosen: a repetition of a second and a half then lacks a tenth of a second somewhere."""
RANGES: Final = (16 * STANDARD_GRAVITY_MPS2, 2000 * RAD_PER_DEG)
"""Fixed in the sensor (its user manual)."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """Column names that begin with a packet counter and a fine sample time, commas between them."""
    return None if line_with(lines, FIRST, PREAMBLE) is None else WHOLE


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """m/s^2 and deg/s; time from the sensor's microseconds, which wrap after 71.6 minutes.

    The mode Extended (Quaternion) holds neither of both, but what they can be computed from: that is done, and told.
    """
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    lines = lines_of(data[:20_000])
    line = line_with(lines, FIRST, PREAMBLE)
    if line is None:
        raise RecordingError("no line with the column names; export it again", path=file.path)
    table = table_at(data, file.path, line, ",")
    said = dict(_said(line) for line in lines[: line - 1])
    meta = _meta(said)
    if table.has(*ACC, *GYR):
        numbers = table.numbers(table.positions(["SampleTimeFine", *ACC, *GYR]))
        return [
            Part(
                path=file.path,
                t_s=_seconds(numbers),
                acc=mps2(numbers[:, 1:4]),
                gyr=degps(numbers[:, 4:7]),
                table=table,
                meta=meta,
                warnings=_warnings(table),
                acc_range_mps2=RANGES[0],
                gyr_range_radps=RANGES[1],
            )
        ]
    if table.has(*TURNED):
        numbers = table.numbers(table.positions(["SampleTimeFine", *TURNED]))
        note = "acceleration and rate of turn computed from the orientation; 'Rate quantities' measures them"
        return [
            from_orientation(Part(file.path, _seconds(numbers), table=table, meta=meta, notes=(note,)), numbers[:, 1:])
        ]
    raise RecordingError(f"{_lacking(table)}; {AGAIN}", path=file.path, line=line)


def _warnings(table: Table) -> tuple[str, ...]:
    lost = lost_share(unwrapped(table.numbers(table.positions(["PacketCounter"]))[:, 0], 16))
    return (
        (f"{lost:.0%} of the packets are missing (PacketCounter); what happened between them is not known",)
        if lost > LOST
        else ()
    )


def _lacking(table: Table) -> str:
    if table.has(*GYR):
        return "no acceleration with gravity in it"
    return (
        "no angular velocity in it"
        if table.has(*ACC)
        else "orientation alone, neither acceleration nor angular velocity"
    )


def _seconds(numbers: Any) -> Any:
    us = unwrapped(numbers[:, 0], 32)
    return (us - us[0]) * 1e-6


def _said(line: str) -> tuple[str, str]:
    key, _, value = line.replace('"', "").strip().rstrip(",").partition(":")
    return re.sub(r"\W", "", key).casefold(), value.strip(" ,\t")


def _meta(said: Mapping[str, str]) -> dict[str, Any]:
    meta = {"sensor": " ".join(["Movella DOT", said.get("devicetag", "")]).strip()}
    if said.get("firmwareversion"):
        meta["firmware"] = said["firmwareversion"]
    if said.get("measurementmode"):
        meta["mode"] = said["measurementmode"]
    try:
        return meta | {"started": read_stamp(said.get("starttime", "")).isoformat(timespec="milliseconds")}
    except ValueError:
        return meta

"""Files that are not a table of samples, known by how they begin: the error says what they are and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NoReturn

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import NAME_ITS_RECORDING
from imukick.sources.recordings.part import WantedPart
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import lines_of

TABLE: Final = "a CSV whose header names units, such as t_s, ax_mps2, …, gz_radps"
BEGINNINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls); in Excel or phyphox save it as CSV"),
    (b"MATLAB ", f"a MATLAB file; in MATLAB write it with writetable as {TABLE}"),
    (b"\x89HDF\r\n\x1a\n", f"an HDF5 file (APDM Opal); write its acceleration and rates as {TABLE}"),
    (b"\x93NUMPY", f"a NumPy array; write it as {TABLE}"),
    (b"SQLite format 3", f"an SQLite database; export its table as {TABLE}"),
    (b"XDF:", f"an XDF recording of LabRecorder; write its stream as {TABLE}"),
    (b"ARROW1", "an Arrow file; write it as Parquet or CSV"),
    (b"FEA1", "a Feather file; write it as Parquet or CSV"),
    (b"RDX", f"an R workspace; in R write the table with write.csv as {TABLE}"),
    (b"RDA", f"an R workspace; in R write the table with write.csv as {TABLE}"),
    (b"X\n\0\0", f"an R object (.rds); in R write it with write.csv as {TABLE}"),
    (b"#ROSBAG", f"a ROS bag; write its Imu topic, which is in m/s^2 and rad/s, as {TABLE}"),
    (b"\x89MCAP", f"an MCAP log; write its Imu topic, which is in m/s^2 and rad/s, as {TABLE}"),
    (b"# OpenSignals", f"a text of OpenSignals in counts of its converter; convert them and write {TABLE}"),
    (b"PathFileType", "marker positions of a camera system (.trc); give the recording of an ankle sensor"),
    (b"BZh", "packed (bzip2); unpack it first"),
    (b"\xfd7zXZ", "packed (xz); unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed (zstd); unpack it first"),
    (b"7z\xbc\xaf", "packed (7-Zip); unpack it first, or pack it as zip"),
    (b"Rar!", "packed (RAR); unpack it first, or pack it as zip"),
    (b"%PDF", "a PDF; name the recording itself"),
    (b"GYROFLOW IMU LOG", f"a .gcsv log of Gyroflow, in counts; multiply by its gscale and ascale and write {TABLE}"),
)
OURS: Final = re.compile(rb'"metrics_version": |"reps_table": ')
"""Near the beginning of every JSON that imukick writes: results, and the facts beside a table."""
PICKLE: Final = re.compile(rb"\x80[\x02-\x05]")
STORAGE: Final = ("endheader", "nrows=", "ncolumns=", "datarows", "datacolumns", "datatype=vec3", "datatype=quaternion")
"""Lines of an OpenSim storage file."""
LONG: Final = (
    "axis",
    "variable",
    "signal",
    "channel",
    "quantity",
    "measurement",
    "parameter",
    "component",
    "name",
    "key",
)
"""Columns that, beside one called value, say what it is."""
EMPATICA: Final = 3


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """`NOTHING` for a known file that is not a table, `WHOLE` for a sensor's table that lacks something, so that `read` says why."""
    trouble = _trouble(file.head()[:4096], lines)
    return None if trouble is None else trouble[0]


def read(files: Sequence[File], asked: WantedPart) -> NoReturn:  # noqa: ARG001 - the signature of every format; whatever is asked for, it cannot be read
    """Raises `RecordingError`."""
    head = files[0].head()
    trouble = _trouble(head[:4096], lines_of(head))
    said = "not a table of samples" if trouble is None else f"this is {trouble[1]}"
    raise RecordingError(said, path=files[0].path)


def _trouble(head: bytes, lines: Sequence[str]) -> tuple[Holds, str] | None:
    for start, said in BEGINNINGS:
        if head.startswith(start):
            return NOTHING, said
    if PICKLE.match(head):
        return NOTHING, "a pickle, which may run anything when it is read; in Python write the table with to_csv"
    first = lines[0].strip()
    if first.startswith("{") and OURS.search(head):
        return NOTHING, f"JSON, results as imukick writes them, no recording; {NAME_ITS_RECORDING}"
    if first.startswith(("{", "[{", "[[")) or first == "[":
        return NOTHING, f"JSON, not a table; write it as {TABLE}"
    if first.startswith("<"):
        return NOTHING, f"XML or HTML, not a table; write its data as {TABLE}"
    if any(line.strip().casefold() == STORAGE[0] for line in lines[:20]) and any(
        line.strip().casefold().startswith(STORAGE[1:]) for line in lines[:20]
    ):
        return WHOLE, f"an OpenSim storage file (.sto, .mot), which holds results or orientations; give {TABLE}"
    cells = [cell.strip().strip('"').casefold() for cell in re.split(r"[,;\t]", first[:2000])]
    if "value" in cells and set(cells) & set(LONG):
        return WHOLE, f"a long table, a row for each axis; write a row for each sample: {TABLE}"
    if set(cells) >= set("xyz") and _of_two(lines[1:200]):
        return (
            WHOLE,
            f"a long table, acceleration and rate of turn in rows of their own; write a row for each sample: {TABLE}",
        )
    return _empatica(lines)


def _of_two(lines: Sequence[str]) -> bool:
    """Whether a word in some rows says acceleration, in others rate of turn."""
    words = {cell.strip().strip('"').casefold()[:3] for line in lines for cell in re.split(r"[,;\t]", line[:500])}
    return "acc" in words and bool(words & {"gyr", "rot", "ang"})


def _empatica(lines: Sequence[str]) -> tuple[Holds, str] | None:
    """An epoch three times, a rate three times, then counts."""
    rows = [line.split(",") for line in lines[:EMPATICA]]
    if len(rows) < EMPATICA or any(len(row) != EMPATICA or not all(map(is_number, row)) for row in rows):
        return None
    epoch, rate = [float(cell) for cell in rows[0]], [float(cell) for cell in rows[1]]
    if len(set(epoch)) == 1 and epoch[0] > 1e9 and len(set(rate)) == 1 and 1 <= rate[0] <= 256:
        return (
            WHOLE,
            "acceleration of an Empatica, which has no gyroscope: neither range nor speed can be told; use a sensor with one",
        )
    return None

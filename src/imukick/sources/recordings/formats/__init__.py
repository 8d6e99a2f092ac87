"""THE TABLE of recording formats: the first row that knows a file reads it; headers with units come last."""

from __future__ import annotations

from typing import Final

from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats import (
    actigraph_link,
    axivity,
    bids,
    metabase,
    movella_dot,
    movesense,
    no_gyroscope,
    openlog_artemis,
    other_files,
    parquet,
    phyphox,
    physics_toolbox,
    polar,
    sensor_logger,
    sensorlog,
    shimmer,
    with_units,
    witmotion,
    witmotion_sdk,
    x_io,
    xsens_mt_manager,
)
from imukick.sources.recordings.formats.format import Format, Holds
from imukick.sources.recordings.table import lines_of

FORMATS: Final = (
    Format("Movella DOT", movella_dot.holds, movella_dot.read),
    Format("Xsens MT Manager", xsens_mt_manager.holds, xsens_mt_manager.read),
    Format("MetaBase", metabase.holds, metabase.read, pairs="name"),
    Format("Shimmer Consensys", shimmer.holds, shimmer.read),
    Format("WitMotion", witmotion.holds, witmotion.read),
    Format("Sensor Logger", sensor_logger.holds, sensor_logger.read, pairs="folder", devices=True),
    Format("phyphox", phyphox.holds, phyphox.read, pairs="name"),
    Format("Movesense", movesense.holds, movesense.read, pairs="name"),
    Format("SensorLog", sensorlog.holds, sensorlog.read),
    Format("Polar Sensor Logger", polar.holds, polar.read, pairs="name"),
    Format("Physics Toolbox", physics_toolbox.holds, physics_toolbox.read),
    Format("WitMotion SDK", witmotion_sdk.holds, witmotion_sdk.read),
    Format("OpenLog Artemis", openlog_artemis.holds, openlog_artemis.read),
    Format("ActiGraph Link", actigraph_link.holds, actigraph_link.read),
    Format("Axivity AX6", axivity.holds, axivity.read),
    Format("x-io", x_io.holds, x_io.read),
    Format("BIDS motion", bids.holds, bids.read),
    Format("Parquet", parquet.holds, parquet.read),
    Format("accelerometer", no_gyroscope.holds, no_gyroscope.read),
    Format("another file", other_files.holds, other_files.read),
    Format("CSV", with_units.holds, with_units.read, pairs="name"),
)


def format_of(file: File) -> tuple[Format, Holds] | None:
    """Which format a file is of, and what it holds; None where no row knows it. Raises `RecordingError` as `File.head`."""
    head = file.head()
    lines = lines_of(head)
    for row in FORMATS:
        holds = row.holds(file, lines)
        if holds is not None:
            return row, holds
    return None

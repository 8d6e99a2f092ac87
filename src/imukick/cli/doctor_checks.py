"""What `imukick doctor` looks at: Python and libraries, Bluetooth from the service up to permissions, the virtual sensor."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from imukick import __version__
from imukick.errors import ImukickError, SensorError
from imukick.live.link import NEEDS_BUMBLE
from imukick.live.link_quality import LinkCount
from imukick.live.place import data_folder
from imukick.sources.ble import find, in_range, stream

TESTED_PYTHON: Final = ((3, 11), (3, 13))
LIBRARIES: Final = ("bleak", "numpy", "scipy", "pandas", "vqf")
BLUETOOTH_STEPS: Final = ("no bluetooth service", "no adapter", "no low energy", "powered off", "denied")
"""Reasons of a `SensorError` in the order in which they are met; each is the end of one step."""
STEP_NAMES: Final = ("Bluetooth service", "Bluetooth adapter", "Bluetooth Low Energy", "Bluetooth power", "permission")
LISTEN_S: Final = 3.0
SELF_TEST_S: Final = 4.0
"""Of the virtual sensor's own time."""
SELF_TEST_SPEED: Final = 4.0


@dataclass(frozen=True, slots=True)
class Checked:
    """One line: `well` None where there was nothing to judge."""

    what: str
    said: str
    well: bool | None = True


def here() -> Iterator[Checked]:
    """The program itself, Python, the libraries, the data folder."""
    yield Checked("imukick", __version__)
    version, (oldest, newest) = sys.version_info[:2], TESTED_PYTHON
    right = oldest <= version <= newest
    advice = f"; tested with {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}, use one of these"
    yield Checked(
        "Python", f"{platform.python_version()} on {platform.system()}" + ("" if right else advice), well=right
    )
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        yield Checked("libraries", f"{', '.join(missing)} missing; install with: pip install imukick", well=False)
    else:
        yield Checked("libraries", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES))
    folder = data_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    writable = there.is_dir() and os.access(there, os.W_OK)
    advice = "" if writable else f" cannot be made, {there} is not writable; name a file with --record"
    yield Checked("recordings", f"{folder}{advice}", well=writable)


async def bluetooth() -> list[Checked]:
    """Service, adapter, Low Energy, power, permission: up to the first that is missing; then who is in range."""
    try:
        found = await in_range(timeout_s=LISTEN_S)
    except SensorError as error:
        said = str(error).partition("; 'imukick doctor'")[0]
        if error.reason not in BLUETOOTH_STEPS:
            return [Checked("Bluetooth", said, well=False)]
        at = BLUETOOTH_STEPS.index(error.reason)
        out = [Checked(name, "answers" if name == STEP_NAMES[0] else "there") for name in STEP_NAMES[:at]]
        out.append(Checked(STEP_NAMES[at], said, well=False))
        return out + [Checked(name, "not looked at", well=None) for name in STEP_NAMES[at + 1 :]]
    out = [Checked(name, "fine") for name in STEP_NAMES]
    known = [one.title for one in found if one.sensor is not None]
    said = f"{', '.join(known)}; {len(found)} devices in all" if known else f"none among {len(found)} devices"
    return [*out, Checked("sensors in range", said, well=None)]


async def virtual_sensor() -> list[Checked]:
    """A few seconds of the virtual sensor through the same door as a real one: all of it must arrive."""
    if importlib.util.find_spec("bumble") is None:
        return [Checked("virtual sensor", NEEDS_BUMBLE, well=False)]
    from imukick.virtual.running_sensor import in_process
    from imukick.virtual.track import endless_track

    count, most = LinkCount(), 0
    track = endless_track()
    try:
        async with in_process(track, name="doctor", speed=SELF_TEST_SPEED) as room:
            found = await find("doctor", backend=room.backend)
            if not found:
                return [Checked("virtual sensor", "it is not found; report this as an error of imukick", well=False)]
            most = int(SELF_TEST_S * track.rate_hz)
            async with aclosing(stream(found[0], backend=room.backend)) as items:
                async for item in items:
                    count.take(item)
                    if count.samples + count.lost >= most:
                        break
    except ImukickError as error:
        return [Checked("virtual sensor", f"{error}; report this as an error of imukick", well=False)]
    said = f"{count.samples} samples in {most / track.rate_hz:.0f} s of its time, {count.lost} lost"
    return [Checked("virtual sensor", said, well=count.lost == 0)]

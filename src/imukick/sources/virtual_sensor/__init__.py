"""A sensor that is not there: plays a recording or a simulated session as a sensor of one of several makes, with a bounded radio.

async with in_process(recorded_track(path)) as room:
    async for item in stream((await find(backend=room.backend))[0], backend=room.backend): ...
room.sensor.played  # set once everything has been played and handed over
"""

from imukick.sources.virtual_sensor.makes import MAKES
from imukick.sources.virtual_sensor.playing import Faults
from imukick.sources.virtual_sensor.radio import Radio
from imukick.sources.virtual_sensor.room import Room, in_process, serve
from imukick.sources.virtual_sensor.sensor import VirtualSensor
from imukick.sources.virtual_sensor.track import Track, endless_track, recorded_track

__all__ = [
    "MAKES",
    "Faults",
    "Radio",
    "Room",
    "Track",
    "VirtualSensor",
    "endless_track",
    "in_process",
    "recorded_track",
    "serve",
]

"""WitMotion's byte stream, in any pieces -> its frames of 20 or 28 bytes; facts as in `witmotion.py`."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from typing import Final

from imukick.sensors.byte_buffer import ByteBuffer

FRAME_BYTES: Final = 20
TIMED_BYTES: Final = 28
"""A motion frame with the sensor's own time behind its measurements."""
HEAD: Final = 0x55
MOTION: Final = 0x61
REGISTERS: Final = 0x71
FRAME: Final = struct.Struct("<BB9h")
"""55 61, then int16: acceleration xyz, angular rate xyz, angle xyz. No stamp, no number, no checksum."""
TIME: Final = struct.Struct("<6BH")
"""Year since 2000, month, day, hour, minute, second, ms: the last eight bytes of a 28-byte frame."""
REGISTER_FRAME: Final = struct.Struct("<BBH8h")
"""55 71, the first register's number, and eight registers from there on; 20 bytes in both kinds of stream."""

KINDS: Final = (MOTION, REGISTERS)
BEGINS: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - the sensor's clock knows no time zone
"""Where the sensor's calendar begins."""
TICKS_HZ: Final = 1000.0


def stamp_ms(time: bytes) -> int | None:
    """Milliseconds since 2000 of the time in a 28-byte frame; None when it is not a date, so that this is not such a frame."""
    year, month, day, hour, minute, second, ms = TIME.unpack(time)
    if ms > 999:
        return None
    try:
        when = datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - as above
    except ValueError:
        return None
    return (when - BEGINS) // timedelta(milliseconds=1) + int(ms)


class Frames:
    """Bytes in any pieces -> whole frames, each with the arrival of its last byte.

    Frames have no checksum, and their first two bytes may occur in a measurement. So the first frame after a beginning or a
    disturbance counts only once another begins right behind it, and so does one in which another seems to begin; all others
    are given when their last byte is there. Whether motion frames have 20 or 28 bytes shows in the first: behind 20 bytes
    either the next frame begins, or a time follows that is a date, and no date begins like a frame.
    """

    def __init__(self) -> None:
        self._stream = ByteBuffer()
        self._held = self._stream.data
        self._in_step = False
        self._motion_bytes = 0  # of a motion frame, as the first one showed; 0 before it
        self.astray = 0
        """Bytes skipped since the last frame."""

    def push(self, data: bytes, arrival_s: float) -> list[tuple[bytes, float]]:
        """The frames that are certain now, each with its arrival."""
        self._stream.add(data, arrival_s)
        out: list[tuple[bytes, float]] = []
        at = 0
        while len(self._held) - at >= FRAME_BYTES:
            size = self._size(at)
            if size is None:
                break
            if not size:
                self._in_step = False
                at += 1
                self.astray += 1
                continue
            out.append((bytes(self._held[at : at + size]), self._stream.came_s(at + size)))
            if self._held[at + 1] == MOTION:
                self._motion_bytes = size
            self._in_step = True
            at += size
            self.astray = 0
        self._stream.drop(at)
        return out

    def _size(self, at: int) -> int | None:
        """Length of the certain frame that begins at `at`; 0 when none begins there, None when more bytes are needed to know."""
        if not self._begins(at):
            return 0
        length = len(self._held) - at
        motion = self._held[at + 1] == MOTION
        known = self._motion_bytes if motion else FRAME_BYTES
        for size in (known,) if known else (FRAME_BYTES, TIMED_BYTES):
            if length < size:
                return None
            fits = size == FRAME_BYTES or self._timed(at)
            if fits and known and self._in_step and not self._doubtful(at, size):
                return size
            if fits and length < size + 2:
                return None
            if fits and self._begins(at + size):
                return size
        return 0

    def _timed(self, at: int) -> bool:
        """Whether behind the measurements of the frame that begins there a date follows."""
        return stamp_ms(bytes(self._held[at + FRAME_BYTES : at + TIMED_BYTES])) is not None

    def _doubtful(self, at: int, size: int) -> bool:
        """Whether a frame may begin within the one that begins at `at`: the rest of that may be lost."""
        frame = self._held[at + 2 : at + size]
        return frame[-1] == HEAD or any(bytes([HEAD, kind]) in frame for kind in KINDS)

    def _begins(self, at: int) -> bool:
        return len(self._held) >= at + 2 and self._held[at] == HEAD and self._held[at + 1] in KINDS

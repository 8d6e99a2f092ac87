"""phyphox on a phone: replies of its documented REST interface (JSON) -> Samples on the phone's own clock.

Facts: phyphox.org/wiki "Remote-interface communication"; how the app thresholds, rounds and names: phyphox-android's RemoteServer,
SimpleExperimentCreator and ExperimentTimeReference. No line of theirs is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import Decoded, Lost, Settings
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.standard import text
from imukick.sensors.two_streams import Pair
from imukick.signals import FloatArray, Samples

ACC: Final = "accelerometer"
GYR: Final = "gyroscope"
"""Names of the sensors in /config; acceleration with gravity in m/s2, rate in rad/s."""
COMPONENTS: Final = ("t", "x", "y", "z")
LOAD: Final = (
    "in phyphox tap + and 'Add simple experiment', tick Accelerometer and Gyroscope, open it, allow remote access"
)
MOST_BYTES: Final = 32_000_000
"""Longest reply. Chosen: five missed minutes of both sensors at 500 Hz."""
MOST_S: Final = 1e9
"""Largest time of an experiment, in seconds since its start. Chosen."""
TICKS_HZ: Final = 1e6
HOLE_S: Final = 0.15
"""The shortest hole that is reported (docs/metrics.md); accelerations further apart are not interpolated."""
PIECE_S: Final = 2.0
"""How much of both streams goes on at once after the network was away; below what `Pair` holds back."""
IDLE_POLLS: Final = 3
"""So many replies without a new sample while the phone measures, and the newest time is requested: it may have gone back. Chosen."""
FINE_S: Final = 1e-3
"""The app sends eight digits; a time this little before the newest known one is the same. Chosen."""

Rows = tuple[FloatArray, FloatArray]
"""Times (n,) in s on the phone's clock, and readings (n, 3) in the sensor's unit."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The loaded experiment, from /config: its title, and the buffers (t, x, y, z) of both sensors."""

    title: str
    acc: tuple[str, ...]
    gyr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyStatus:
    """The status in each reply of /get; `session` changes when another experiment was loaded."""

    session: str
    measuring: bool


def parse_config(data: bytes) -> Experiment:
    """The experiment that is loaded. Raises `ProtocolError` when it lacks one of the two sensors, or the bytes are not such a reply."""
    answer = _object(data)
    title = text(str(answer.get("title", "")).encode()) or "without a name"
    buffers: dict[str, tuple[str, ...]] = {}
    for one in _list(answer.get("inputs"), data):
        outputs = [output for output in _list(one.get("outputs", []), data) if isinstance(output, dict)]
        named = {key: value for output in outputs for key, value in output.items() if isinstance(value, str)}
        if all(component in named for component in COMPONENTS):
            buffers.setdefault(str(one.get("source")), tuple(named[component] for component in COMPONENTS))
    lacks = [word for name, word in ((ACC, "acceleration with g"), (GYR, "gyroscope")) if name not in buffers]
    if lacks:
        raise ProtocolError(f"the phone shows the experiment {title!r}, which has no {' and no '.join(lacks)}: {LOAD}")
    return Experiment(title, buffers[ACC], buffers[GYR])


def parse_meta(data: bytes) -> Settings:
    """The phone's model, the app's version, and full scales when the phone reports them, from /meta. Raises `ProtocolError`."""
    answer = _object(data)
    sensors = answer.get("sensors")
    model = text(str(answer.get("deviceModel") or "a phone").encode())
    version = answer.get("version")
    firmware = text(version.encode()) or None if isinstance(version, str) else None
    return Settings(f"phyphox on {model}", firmware, None, _range(sensors, ACC), _range(sensors, GYR))


def _range(sensors: object, name: str) -> float | None:
    """Full scale in the sensor's SI unit, or None when it is not reported."""
    said = sensors.get(name) if isinstance(sensors, dict) else None
    said = said.get("Range") if isinstance(said, dict) else None
    try:
        value = float(said) if isinstance(said, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return value if 0.0 < value < 1e6 else None


class Phyphox:
    """The requests to /get and the content of its replies, over one session; no network, no clock of the computer.

    `query` gives the buffers to ask for, `receive` takes the reply. Times are those of the phone, from where they stood at
    `begin`. Where the phone paused, or its times began again, what follows is placed by its arrival, with a hole before it.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        """`settings`: as `parse_meta` gives them."""
        self._settings = settings or Settings("phyphox")
        self._zero = Zero(TICKS_HZ)
        self._pair = Pair(HOLE_S)
        self._experiment: Experiment | None = None
        self._offset_s: float | None = 0.0  # from the phone's time to ours; None: the next sample's arrival tells
        self._newest: dict[str, float] = {}  # time buffer -> newest time taken from it
        self._last_s: float | None = None
        self._lost: int | None = None  # packets of the next hole: 0 when the phone did not measure
        self._said = False
        self._left = False  # whether the phone went on to another session
        self._idle = 0
        self.status: ReplyStatus | None = None
        """Status in the newest reply; None before the first."""

    def load(self, experiment: Experiment) -> bool:
        """Take over the experiment that is loaded now; True when it is another one, so that `begin` must be called.

        An experiment with the same buffers and an unchanged session goes on where it was: the phone kept what it measured.
        """
        if experiment == self._experiment and not self._left:
            return False
        if self._experiment is not None:
            self._break(None)
        self._experiment, self._left = experiment, False
        self._newest = {}
        return True

    def newest(self) -> dict[str, str]:
        """The query for the newest time of each sensor."""
        return dict.fromkeys((self._loaded.acc[0], self._loaded.gyr[0]), "")

    def query(self) -> dict[str, str]:
        """Buffer -> which part of it to request next: everything newer than what came, or all, or the newest time."""
        if self._idle >= IDLE_POLLS:
            return self.newest()
        wanted = {}
        for time, *axes in (self._loaded.acc, self._loaded.gyr):
            last = self._newest.get(time)
            wanted[time] = "full" if last is None else repr(last)
            wanted |= dict.fromkeys(axes, "full" if last is None else f"{last!r}|{time}")
        return wanted

    def begin(self, data: bytes) -> None:
        """Take the reply to `newest`, before anything else: the session begins after what the phone has measured already.

        Raises `ProtocolError`.
        """
        answer = _object(data)
        self.status = _status(answer, data)
        for time in self.newest():
            value = _newest(answer, time, data)
            if value is not None and value > 0.0:
                self._newest[time] = max(value, self._newest.get(time, value))
        if self._last_s is None:
            self._offset_s = -max(self._newest.values(), default=0.0)

    def receive(self, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of a reply of /get; empty when `status` then shows another session than before.

        Raises `ProtocolError`, and takes nothing from it, when it is not such a reply.
        """
        answer = _object(data)
        status, before = _status(answer, data), self.status
        if before is not None and before.session != status.session:
            self.status, self._left = status, True
            return []
        if self._idle >= IDLE_POLLS:
            self._looked(answer, data)
            self._note(status)
            return []
        acc, gyr = (self._rows(answer, buffers, data) for buffers in (self._loaded.acc, self._loaded.gyr))
        check_acc(acc[1], data[:64])
        check_gyr(gyr[1], data[:64])
        self._note(status)
        times = np.concatenate([acc[0], gyr[0]])
        self._idle = 0 if len(times) or not status.measuring else self._idle + 1
        if not len(times):
            return []
        lost = self._place(float(times.min()), float(times.max()), arrival_s)
        newest = {self._loaded.acc[0]: acc[0], self._loaded.gyr[0]: gyr[0]}
        self._newest |= {time: float(t_s[-1]) for time, t_s in newest.items() if len(t_s)}
        offset_s = self._offset_s or 0.0
        return self._introduced(self._paired((acc[0] + offset_s, acc[1]), (gyr[0] + offset_s, gyr[1]), lost))

    def _note(self, status: ReplyStatus) -> None:
        """Take over the status; when the phone measures again after a pause, a hole lies before its next sample."""
        if self.status is not None and status.measuring and not self.status.measuring:
            self._break(0)
        self.status = status

    @property
    def _loaded(self) -> Experiment:
        if self._experiment is None:
            raise ValueError("no experiment was loaded")
        return self._experiment

    def _break(self, packets: int | None) -> None:
        """The phone's times jump, or follow a pause in its measurement (`packets` 0)."""
        if self._last_s is not None:
            self._offset_s, self._lost = None, packets

    def _looked(self, answer: Mapping[str, Any], data: bytes) -> None:
        """Check whether the newest times have gone back, as nothing new has come."""
        self._idle = 0
        for time in self.newest():
            value, known = _newest(answer, time, data), self._newest.get(time)
            if known is not None and (value is None or value < known - FINE_S):
                self._newest = {}
                self._break(None)

    def _place(self, first: float, last: float, arrival_s: float) -> list[Lost]:
        """Place the phone's times from `first` to `last` (s) on the session's time line; gives the hole before them."""
        lost: list[Lost] = []
        ticks = round(first * TICKS_HZ)
        if self._offset_s is None and self._last_s is not None:
            self._zero.restart()
            at_s, _ = self._zero.at(ticks, 0.0, FINE_S, arrival_s)
            self._offset_s = at_s - first
            lost = [Lost(self._last_s, at_s, self._lost, None)]
        offset_s = self._offset_s or 0.0
        self._last_s = max(last + offset_s, self._last_s or 0.0)
        self._zero.placed(ticks, first + offset_s, first + offset_s, self._last_s, arrival_s)
        return lost

    def _paired(self, acc: Rows, gyr: Rows, lost: list[Lost]) -> list[Decoded]:
        """Both streams paired, piece by piece; the hole comes before the first sample."""
        pieces = np.unique(np.floor(np.concatenate([acc[0], gyr[0]]) / PIECE_S)) * PIECE_S
        ranges = self._settings.acc_range_mps2, self._settings.gyr_range_radps
        out: list[Decoded] = []
        for begin_s, end_s in pairwise([*pieces.tolist(), math.inf]):
            a, b = (slice(*np.searchsorted(t_s, [begin_s, end_s]).tolist()) for t_s in (acc[0], gyr[0]))
            for paired in (self._pair.acc(acc[0][a], acc[1][a]), self._pair.gyr(gyr[0][b], gyr[1][b], lost)):
                out += [one if isinstance(one, Lost) else Samples(*one, "device", *ranges) for one in paired]
            lost = []
        return out

    def _introduced(self, out: list[Decoded]) -> list[Decoded]:
        """The same items, with the phone's settings before its first samples."""
        if out and not self._said:
            self._said = True
            return [self._settings, *out]
        return out

    def _rows(self, answer: Mapping[str, Any], buffers: Sequence[str], data: bytes) -> Rows:
        """Whole rows that are newer than what came, in order; the app may leave out a reading, or repeat a time."""
        columns = [_column(answer, name, data) for name in buffers]
        n = min(map(len, columns))
        table = np.stack([column[:n] for column in columns], axis=1)
        table = table[np.isfinite(table).all(axis=1)]
        if (np.abs(table[:, 0]) > MOST_S).any():
            raise ProtocolError(f"the buffer {buffers[0][:40]!r} holds a time beyond all clocks", data=data[:64])
        newest = np.maximum.accumulate(np.concatenate([[self._newest.get(buffers[0], -math.inf)], table[:, 0]]))
        table = table[table[:, 0] > newest[:-1]]
        return table[:, 0].copy(), table[:, 1:].copy()


def _object(data: bytes) -> dict[str, Any]:
    """A reply as JSON. Raises `ProtocolError`."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ProtocolError("this is not a reply of phyphox: is another program on that address?", data=data[:64])
    return answer


def _list(value: object, data: bytes) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ProtocolError("phyphox's reply lacks its list of sensors", data=data[:64])
    return value


def _status(answer: Mapping[str, Any], data: bytes) -> ReplyStatus:
    status = answer.get("status")
    measuring = status.get("measuring") if isinstance(status, dict) else None
    if not isinstance(status, dict) or not isinstance(measuring, bool):
        raise ProtocolError("phyphox's reply lacks its status", data=data[:64])
    return ReplyStatus(str(status.get("session"))[:64], measuring)


def _column(answer: Mapping[str, Any], name: str, data: bytes) -> FloatArray:
    """A buffer's numbers, NaN where the app has none. Raises `ProtocolError` where it is missing or holds other things."""
    held = answer.get("buffer")
    held = held.get(name) if isinstance(held, dict) else None
    values = held.get("buffer") if isinstance(held, dict) else None
    if not isinstance(values, list):
        raise ProtocolError(
            f"phyphox's reply lacks the buffer {name[:40]!r}: another experiment was loaded", data=data[:64]
        )
    if not all(one is None or type(one) in (int, float) for one in values):
        raise ProtocolError(f"the buffer {name[:40]!r} holds something that is not a number", data=data[:64])
    try:
        return np.array([math.nan if one is None else one for one in values], dtype=np.float64)
    except OverflowError:
        raise ProtocolError(f"the buffer {name[:40]!r} holds a number beyond all sensors", data=data[:64]) from None


def _newest(answer: Mapping[str, Any], name: str, data: bytes) -> float | None:
    """The last number of a buffer; None where it is empty."""
    column = _column(answer, name, data)
    return float(column[-1]) if len(column) and math.isfinite(column[-1]) else None

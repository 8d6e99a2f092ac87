"""A whole session without a radio or a clock of its own: a decoder and a virtual sensor talk, a track is played, all at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from imukick.errors import SensorError
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Action, Advertisement, Await, Decoder, Read, Sensor, Subscribe, Then, Told, Wait, Write
from imukick.signals import Samples
from imukick.sources.mapped_files import find_mapped
from imukick.virtual.device_model import DeviceModel
from imukick.virtual.device_models import MAKES
from imukick.virtual.packets import PacketStream
from imukick.virtual.playing import Faults, Open, first_ready
from imukick.virtual.radio import Fate, Radio
from imukick.virtual.track import Track

LONG_BASE = "0000{}-0000-1000-8000-00805f9b34fb"


@dataclass
class Talk:
    """A sensor's body (`make.Body`) whose time is that of its packets.

    `told`: all that the decoder said of them; `written`: what it had written to the sensor; `first_s`: time of the track at
    the first sample that was sent.
    """

    name: str
    track: Track
    radio: Radio
    faults: Faults
    decoder: Decoder
    t_s: float = 0.0
    told: list[Told] = field(default_factory=list)
    written: list[tuple[str, bytes]] = field(default_factory=list)
    first_s: float | None = None
    _open: list[Open] = field(default_factory=list)
    _said: deque[tuple[str, bytes, Callable[[], None] | None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._fate = Fate(self.radio)

    @property
    def waited_s(self) -> float:
        """It is switched on when the talk begins."""
        return 0.0

    @property
    def mtu(self) -> int:
        """What the sensor agrees to."""
        return self.radio.mtu

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        return bool(self._open)

    @property
    def busy(self) -> bool:
        """Whether an answer waits to be heard."""
        return bool(self._said)

    def begin(self) -> float:
        """The track begins with the talk."""
        return self.t_s

    def start(self, lane: PacketStream, begin_s: float) -> None:
        """Send what was measured from then on."""
        lane.skip_before(begin_s)
        self._open.append(Open(lane))

    def end(self, lane: PacketStream) -> None:
        """Stop sending this one."""
        self._open = [one for one in self._open if one.lane is not lane]

    def halt(self) -> None:
        """No more packets."""
        self._open.clear()

    def ask_stop(self) -> None:
        """Nothing is held here; the make is told by `talk`."""
        self._open.clear()

    def answer(self, characteristic: str, value: bytes, then: Callable[[], None] | None = None) -> None:
        """Heard before anything else."""
        self._said.append((characteristic, value, then))

    def hear(self) -> None:
        """All answers reach the decoder."""
        while self._said:
            characteristic, value, then = self._said.popleft()
            self.told += self.decoder.receive(characteristic, value, self.t_s)
            if then is not None:
                then()

    @property
    def samples(self) -> Samples:
        """All samples that came, as one; their times begin at 0. Raises `ValueError` when none came."""
        came = [one for one in self.told if isinstance(one, Samples)]
        return Samples(
            np.concatenate([one.t_s for one in came]),
            np.concatenate([one.acc_mps2 for one in came]),
            np.concatenate([one.gyr_radps for one in came]),
            came[0].clock,
            came[-1].acc_range_mps2,
            came[-1].gyr_range_radps,
        )

    def play(self, until_s: float | None = None) -> None:
        """Packets until a time of the track, or all of them."""
        while (coming := first_ready(self._open)) is not None:
            one, batch = coming
            if until_s is not None and float(batch.t_s[-1]) > until_s:
                break
            leaves_s = self._fate.leaves_s(float(batch.t_s[-1]))
            one.batch = None
            values = one.lane.pack(batch)
            if values and self.first_s is None:
                self.first_s = float(batch.t_s[0])
            for _ in range(self._fate.copies(leaves_s)):
                for characteristic, value in values:
                    self.told += self.decoder.receive(characteristic, value, leaves_s)
        self.t_s = max(self.t_s, until_s or 0.0)


def sensor_of(name: str) -> Sensor:
    """Who of `SENSORS` recognises this make by what it says before anyone connects, or the description that it is made after.

    Raises `SensorError` when nobody does.
    """
    model = MAKES[name]
    if model.described is not None:
        return find_mapped(model.described)
    talk = Talk(model.name, _SILENCE, Radio(), Faults(), _Nobody())
    shown = model.make(talk).shown
    services = frozenset(LONG_BASE.format(service) if len(service) == 4 else service for service in shown.services)
    seen = Advertisement(shown.name, services, dict(shown.manufacturer))
    for sensor in SENSORS:
        if sensor.recognises(seen):
            return sensor
    raise SensorError(f"nobody recognises {shown}", reason="not found")


def talk(
    name: str,
    track: Track,
    *,
    radio: Radio | None = None,
    faults: Faults | None = None,
    decoder: Decoder | None = None,
) -> Talk:
    """A whole session of a track: start, every packet, stop; `Talk.told` is what it came to, `written` what was written.

    Times of arrival are those of the radio on the track's own clock. `decoder`: instead of that of `SENSORS`. Raises `AttError`, `ProtocolError`, `SensorError`.
    """
    decoder = decoder or sensor_of(name).decoder()
    body = Talk(MAKES[name].name, track, radio or Radio(), faults or Faults(), decoder)
    make = MAKES[name].make(body)
    act(decoder.start(), body, make)
    body.play()
    streamed = body.streaming
    act(decoder.stop(), body, make, drained=streamed)
    return body


def act(actions: tuple[Action, ...], body: Talk, make: DeviceModel, *, drained: bool = False) -> None:
    """What a decoder asks of the link is done; `drained`: a stream that this ends has sent what it held."""
    todo = deque(actions)
    while todo:
        match todo.popleft():
            case Subscribe(characteristic, optional):
                if _has(make, characteristic):
                    make.subscribed(characteristic, on=True)
                elif not optional:
                    raise SensorError(f"there is no {characteristic}", reason="protocol")
            case Read(characteristic, optional):
                if _has(make, characteristic) or not optional:
                    body.told += body.decoder.receive(characteristic, make.read(characteristic), body.t_s)
            case Write(characteristic, data):
                body.written.append((characteristic, data))
                before = body.streaming
                make.write(characteristic, data)
                if drained and before and not body.streaming and not body.busy:
                    make.drained()
            case Wait(duration_s):
                body.play(body.t_s + duration_s)
            case Then(asked):
                body.hear()
                todo.extendleft(reversed(asked()))
            case Await():
                body.hear()
    body.hear()


def _has(make: DeviceModel, characteristic: str) -> bool:
    return any(characteristic in characteristics for characteristics in make.table.values())


class _Nobody:
    """A decoder that is never asked."""

    def start(self) -> tuple[Action, ...]:
        """Nothing."""
        return ()

    stop = start

    def receive(self, _characteristic: str, _data: bytes, _arrival_s: float) -> list[Told]:
        """Nothing."""
        return []


_SILENCE = Track("nothing", 100.0, 0.0, 160.0, 35.0, lambda: iter(()))

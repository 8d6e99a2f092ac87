"""A whole session without Bluetooth or real time: a decoder and a virtual sensor exchange values, and a track is played at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from imukick.errors import SensorError
from imukick.sensors.known import SENSORS
from imukick.sensors.link import (
    Action,
    Advertisement,
    Await,
    Decoded,
    Decoder,
    Read,
    Sensor,
    Subscribe,
    Then,
    Wait,
    Write,
)
from imukick.signals import Samples
from imukick.sources.mapped_files import find_mapped
from imukick.virtual.device_model import DeviceModel
from imukick.virtual.device_models import MODELS
from imukick.virtual.packets import PacketStream
from imukick.virtual.playing import Faults, Open, first_ready
from imukick.virtual.radio import Fate, Radio
from imukick.virtual.track import Track

LONG_BASE = "0000{}-0000-1000-8000-00805f9b34fb"


@dataclass
class Talk:
    """A device model's context whose time is that of its packets.

    `decoded`: everything the decoder gave; `written`: what the decoder wrote to the sensor; `first_s`: time of the track at the
    first sample that was sent.
    """

    name: str
    track: Track
    radio: Radio
    faults: Faults
    decoder: Decoder
    t_s: float = 0.0
    decoded: list[Decoded] = field(default_factory=list)
    written: list[tuple[str, bytes]] = field(default_factory=list)
    first_s: float | None = None
    _open: list[Open] = field(default_factory=list)
    _said: deque[tuple[str, bytes, Callable[[], None] | None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._fate = Fate(self.radio)

    @property
    def waited_s(self) -> float:
        """0: the sensor is switched on when the session begins."""
        return 0.0

    @property
    def mtu(self) -> int:
        """The sensor's largest MTU, in bytes."""
        return self.radio.mtu

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        return bool(self._open)

    @property
    def busy(self) -> bool:
        """Whether an answer waits for the decoder."""
        return bool(self._said)

    def begin(self) -> float:
        """The present time: the track begins with the session."""
        return self.t_s

    def start(self, stream: PacketStream, begin_s: float) -> None:
        """Send the samples measured from `begin_s` on."""
        stream.skip_before(begin_s)
        self._open.append(Open(stream))

    def end(self, stream: PacketStream) -> None:
        """Stop sending this stream."""
        self._open = [one for one in self._open if one.stream is not stream]

    def halt(self) -> None:
        """Stop all streams."""
        self._open.clear()

    def ask_stop(self) -> None:
        """Stop all streams: nothing is held here; `act` calls the model's `drained`."""
        self._open.clear()

    def answer(self, characteristic: str, value: bytes, then: Callable[[], None] | None = None) -> None:
        """Queue an answer; it is delivered before any packet."""
        self._said.append((characteristic, value, then))

    def hear(self) -> None:
        """Deliver all answers to the decoder."""
        while self._said:
            characteristic, value, then = self._said.popleft()
            self.decoded += self.decoder.receive(characteristic, value, self.t_s)
            if then is not None:
                then()

    @property
    def samples(self) -> Samples:
        """All samples that arrived, joined; their times begin at 0. Raises `ValueError` when not one arrived."""
        came = [one for one in self.decoded if isinstance(one, Samples)]
        return Samples(
            np.concatenate([one.t_s for one in came]),
            np.concatenate([one.acc_mps2 for one in came]),
            np.concatenate([one.gyr_radps for one in came]),
            came[0].clock,
            came[-1].acc_range_mps2,
            came[-1].gyr_range_radps,
        )

    def play(self, until_s: float | None = None) -> None:
        """Send the packets up to a time of the track, or all of them."""
        while (coming := first_ready(self._open)) is not None:
            one, batch = coming
            if until_s is not None and float(batch.t_s[-1]) > until_s:
                break
            leaves_s = self._fate.leaves_s(float(batch.t_s[-1]))
            one.batch = None
            values = one.stream.pack(batch)
            if values and self.first_s is None:
                self.first_s = float(batch.t_s[0])
            for _ in range(self._fate.copies(leaves_s)):
                for characteristic, value in values:
                    self.decoded += self.decoder.receive(characteristic, value, leaves_s)
        self.t_s = max(self.t_s, until_s or 0.0)


def sensor_of(name: str) -> Sensor:
    """The sensor of `SENSORS` that recognises this model by its advertisement, or the model's shipped description.

    Raises `SensorError` when no sensor recognises it.
    """
    model = MODELS[name]
    if model.described is not None:
        return find_mapped(model.described)
    talk = Talk(model.name, _SILENCE, Radio(), Faults(), _Nobody())
    shown = model.build(talk).shown
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
    """Play a whole track through a decoder: start, every packet, stop. The results are in `Talk.decoded` and `Talk.written`.

    Arrival times are those of the radio, on the track's own clock. `decoder` replaces the one from `SENSORS`.
    Raises `AttError`, `ProtocolError`, `SensorError`.
    """
    decoder = decoder or sensor_of(name).decoder()
    session = Talk(MODELS[name].name, track, radio or Radio(), faults or Faults(), decoder)
    model = MODELS[name].build(session)
    act(decoder.start(), session, model)
    session.play()
    streamed = session.streaming
    act(decoder.stop(), session, model, drained=streamed)
    return session


def act(actions: tuple[Action, ...], session: Talk, model: DeviceModel, *, drained: bool = False) -> None:
    """Do what a decoder asks of the link; `drained`: call the model's `drained` when this ends a stream."""
    todo = deque(actions)
    while todo:
        match todo.popleft():
            case Subscribe(characteristic, optional):
                if _has(model, characteristic):
                    model.subscribed(characteristic, on=True)
                elif not optional:
                    raise SensorError(f"there is no {characteristic}", reason="protocol")
            case Read(characteristic, optional):
                if _has(model, characteristic) or not optional:
                    session.decoded += session.decoder.receive(characteristic, model.read(characteristic), session.t_s)
            case Write(characteristic, data):
                session.written.append((characteristic, data))
                before = session.streaming
                model.write(characteristic, data)
                if drained and before and not session.streaming and not session.busy:
                    model.drained()
            case Wait(duration_s):
                session.play(session.t_s + duration_s)
            case Then(next_actions):
                session.hear()
                todo.extendleft(reversed(next_actions()))
            case Await():
                session.hear()
    session.hear()


def _has(model: DeviceModel, characteristic: str) -> bool:
    return any(characteristic in characteristics for characteristics in model.table.values())


class _Nobody:
    """A decoder for a sensor that never sends."""

    def start(self) -> tuple[Action, ...]:
        """No actions."""
        return ()

    stop = start

    def receive(self, _characteristic: str, _data: bytes, _arrival_s: float) -> list[Decoded]:
        """An empty list."""
        return []


_SILENCE = Track("nothing", 100.0, 0.0, 160.0, 35.0, lambda: iter(()))

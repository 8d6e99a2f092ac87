"""A session with a virtual phone on a clock of the test's own: the decoder asks, the phone answers, the network is slow."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imukick.sensors.link import Decoded
from imukick.sensors.phyphox import Phyphox, parse_config
from imukick.virtual.phone import BUFFERS, Phone
from imukick.virtual.track import Track

TRY_S = 1.5
POLL_S = 0.1


@dataclass
class PhoneSession:
    """`play` asks until a time of the track; `decoded` is all that came of it."""

    track: Track
    delay_s: tuple[float, float] = (0.05, 0.4)
    loss: float = 0.02
    seed: int = 1
    t_s: float = 0.0
    decoded: list[Decoded] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.phone = Phone(self.track, lambda: self.t_s)
        self.decoder = Phyphox()
        self._draw = random.Random(self.seed)

    def open(self) -> None:
        """Load what is on the phone, and begin where its times are."""
        if self.decoder.load(parse_config(json.dumps(self.phone.config()).encode())):
            self.decoder.begin(self.phone.get(self.decoder.newest()).encode())

    def play(self, until_s: float, *, also: Callable[[str], str] = lambda answer: answer) -> None:
        """`also`: what becomes of each answer on its way."""
        while self.t_s < until_s:
            begun_s = self.t_s
            delay_s = self._draw.uniform(*self.delay_s)
            query: Mapping[str, str] = self.decoder.query()
            self.asked += 1
            self.t_s = begun_s + delay_s / 2
            answer = self.phone.get(query)
            if self._draw.random() < self.loss:
                self.t_s = begun_s + TRY_S
                continue
            self.t_s = begun_s + delay_s
            self.decoded += self.decoder.receive(also(answer).encode(), self.t_s)
            self.t_s = max(self.t_s, begun_s + POLL_S)


def exported(phone: Phone, folder: Path) -> Path:
    """The files that phyphox saves of what it holds, one for each sensor."""
    folder.mkdir()
    for name, words, unit in (("Accelerometer", "Acceleration", "m/s^2"), ("Gyroscope", "Gyroscope", "rad/s")):
        columns = [phone.held[buffer] for buffer in BUFFERS[name.casefold()]]
        header = ",".join(['"Time (s)"', *(f'"{words} {axis} ({unit})"' for axis in "xyz")])
        rows = [",".join(f"{cell:.9E}" for cell in row) for row in zip(*columns, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder

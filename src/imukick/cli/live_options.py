"""What the user asked of a live session, and whether its parts go together."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imukick.cli.page_options import PageOptions
from imukick.errors import ImukickError
from imukick.events import Place
from imukick.live.link import NEEDS_BUMBLE, Seek
from imukick.live.stop_conditions import StopConditions
from imukick.live.worn import VIRTUAL
from imukick.plans import Plan
from imukick.sensors.link import Sensor
from imukick.sinks.lsl import check_lsl
from imukick.sources.phyphox import PREFIX, phone_places


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the user asked of a live session; `told` overrules the header of the recording that is played.

    `described`: a home-made sensor; only that one is looked for. `several`: the sensors that are worn together, by place; `sensor` is
    then None.
    """

    sensor: str | None
    play: str | None
    told: Mapping[str, Any]
    target_rom_deg: float | None
    limits: StopConditions
    record: str | None
    out: str | None
    radio: str | None
    page: PageOptions = field(default_factory=PageOptions)
    plan: Plan | None = None
    lsl: bool = False
    described: Sensor | None = None
    person: str | None = None
    several: Mapping[Place, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "told", {key: value for key, value in self.told.items() if value is not None})
        if self.several:
            self._check_several()
        if self.play is not None and self.sensor != VIRTUAL:
            raise ImukickError("--play is what a virtual sensor plays; give --sensor virtual")
        if self.limits.faster != 1.0 and not self.virtual:
            raise ImukickError("--speed is that of a virtual sensor; give --sensor virtual")
        if self.radio is not None and self.virtual:
            raise ImukickError("--sensor virtual needs no --radio; leave one of them away")
        if self.described is not None and self.sensor == VIRTUAL:
            raise ImukickError("--sensor virtual is imukick's own; leave --sensor-file away")
        if self.phone is not None:
            phone_places(self.phone)
            if self.radio is not None or self.described is not None:
                raise ImukickError("a phone needs neither --radio nor --sensor-file; leave them away")
        if self.virtual and importlib.util.find_spec("bumble") is None:
            raise ImukickError(NEEDS_BUMBLE)
        if self.lsl:
            if self.limits.faster != 1.0:
                raise ImukickError("--lsl stamps what happens now; leave --speed away")
            check_lsl()

    def _check_several(self) -> None:
        if self.play is not None:
            raise ImukickError("--play is what one virtual sensor plays; imukick virtual-sensor plays several together")
        if self.described is not None:
            raise ImukickError(
                "--sensor-file describes the only sensor; of several each is found by its name, so leave it away"
            )
        if "side" in self.told:
            raise ImukickError("each ankle's own sensor says the side; leave --side away")
        if self.lsl:
            raise ImukickError("--lsl streams the angle of one leg; leave it away, or use one sensor")
        for sensor in self.several.values():
            if sensor.startswith(PREFIX):
                phone_places(sensor.removeprefix(PREFIX))

    @property
    def virtual(self) -> bool:
        """Whether the sensors are imukick's own."""
        return VIRTUAL in (self.sensor, *self.several.values())

    @property
    def phone(self) -> str | None:
        """The address of the phone that was asked for; None where it is another sensor."""
        return _phone(self.sensor)

    @property
    def seek(self) -> Seek:
        """Which sensor that is."""
        return Seek(self.sensor, self.radio, self.play, self.limits.faster, self.phone, self.described)

    @property
    def seeks(self) -> dict[Place, Seek]:
        """Which sensors these are, of several."""
        return {
            place: Seek(sensor, self.radio, faster=self.limits.faster, phone=_phone(sensor))
            for place, sensor in self.several.items()
        }


def _phone(sensor: str | None) -> str | None:
    named = sensor is not None and sensor.startswith(PREFIX)
    return sensor.removeprefix(PREFIX) if named and sensor is not None else None

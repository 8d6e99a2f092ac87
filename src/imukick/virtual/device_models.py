"""The makes of sensors that can be virtual, by the name that `imukick virtual-sensor --model` has for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from imukick.virtual.device_model import DeviceContext, DeviceModel
from imukick.virtual.imukick_v1 import ImukickV1
from imukick.virtual.movella_dot import MovellaDot
from imukick.virtual.movesense import Movesense
from imukick.virtual.nordic_uart import NordicUart
from imukick.virtual.openearable import OpenEarable
from imukick.virtual.polar_verity import PolarVerity
from imukick.virtual.shimmer3r import Shimmer3R
from imukick.virtual.thingy52 import Thingy52
from imukick.virtual.witmotion import WitMotion

OWN: Final = "imukick"
"""The open protocol of this project."""


@dataclass(frozen=True, slots=True)
class Model:
    """How one is made, and what one is called that nobody gave another name.

    `described`: the shipped description of one that imukick does not know by itself.
    """

    make: Callable[[DeviceContext], DeviceModel]
    name: str
    described: str | None = None


MAKES: Final[Mapping[str, Model]] = {
    OWN: Model(ImukickV1, "imukick virtual"),
    "movesense": Model(Movesense, "Movesense 190000000000"),
    "witmotion": Model(WitMotion, "WT901BLE67"),
    "dot": Model(MovellaDot, "Movella DOT"),
    "verity": Model(PolarVerity, "Polar Sense 00000000"),
    "thingy52": Model(Thingy52, "Thingy"),
    "witmotion-sdcl": Model(partial(WitMotion, timed=True), "WTSDCL"),
    "nordic-uart": Model(NordicUart, "M5StickC Plus2", "nordic-uart"),
    "nordic-uart-frames": Model(partial(NordicUart, framed=True), "XIAO ankle", "nordic-uart-frames"),
    "openearable": Model(OpenEarable, "OpenEarable-1A2B"),
    "shimmer3r": Model(Shimmer3R, "Shimmer3R-1A2B-BLE"),
}

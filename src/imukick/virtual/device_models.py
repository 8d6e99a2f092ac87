"""The sensor models that can be virtual, by the name that `imukick virtual-sensor --model` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from imukick.virtual.device_model import DeviceContext, DeviceModel
from imukick.virtual.imukick_v1 import VirtualImukickV1
from imukick.virtual.movella_dot import VirtualMovellaDot
from imukick.virtual.movesense import VirtualMovesense
from imukick.virtual.nordic_uart import VirtualNordicUart
from imukick.virtual.openearable import VirtualOpenEarable
from imukick.virtual.polar_verity import VirtualPolarVerity
from imukick.virtual.shimmer3r import VirtualShimmer3R
from imukick.virtual.thingy52 import VirtualThingy52
from imukick.virtual.witmotion import VirtualWitMotion

OWN: Final = "imukick"
"""The open protocol of this project."""


@dataclass(frozen=True, slots=True)
class Model:
    """How to build one device model, and its default name.

    `described`: the sensor description shipped with imukick, for a model that has no decoder of its own.
    """

    build: Callable[[DeviceContext], DeviceModel]
    name: str
    described: str | None = None


MODELS: Final[Mapping[str, Model]] = {
    OWN: Model(VirtualImukickV1, "imukick virtual"),
    "movesense": Model(VirtualMovesense, "Movesense 190000000000"),
    "witmotion": Model(VirtualWitMotion, "WT901BLE67"),
    "dot": Model(VirtualMovellaDot, "Movella DOT"),
    "verity": Model(VirtualPolarVerity, "Polar Sense 00000000"),
    "thingy52": Model(VirtualThingy52, "Thingy"),
    "witmotion-sdcl": Model(partial(VirtualWitMotion, timed=True), "WTSDCL"),
    "nordic-uart": Model(VirtualNordicUart, "M5StickC Plus2", "nordic-uart"),
    "nordic-uart-frames": Model(partial(VirtualNordicUart, framed=True), "XIAO ankle", "nordic-uart-frames"),
    "openearable": Model(VirtualOpenEarable, "OpenEarable-1A2B"),
    "shimmer3r": Model(VirtualShimmer3R, "Shimmer3R-1A2B-BLE"),
}

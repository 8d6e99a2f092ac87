"""The sensors that imukick knows."""

from __future__ import annotations

from imukick.sensors import imukick_v1
from imukick.sensors.imukick_v1_decoder import ImukickV1
from imukick.sensors.link import Advertisement, Sensor
from imukick.sensors.movella_dot import MOVELLA_DOT
from imukick.sensors.movesense import MOVESENSE
from imukick.sensors.openearable import OPENEARABLE
from imukick.sensors.polar_verity import POLAR_VERITY, POLAR_WITHOUT_GYRO
from imukick.sensors.shimmer3r import SHIMMER3R
from imukick.sensors.thingy52 import THINGY52
from imukick.sensors.witmotion import WITMOTION, WITMOTION_CLASSIC, WITMOTION_TIMED, WITMOTION_VIBRATION


def _offers_v1(seen: Advertisement) -> bool:
    return imukick_v1.SERVICE in seen.services


IMUKICK_V1 = Sensor(model="imukick v1", services=(imukick_v1.SERVICE,), recognises=_offers_v1, decoder=ImukickV1)

SENSORS: tuple[Sensor, ...] = (
    IMUKICK_V1,
    POLAR_WITHOUT_GYRO,
    WITMOTION_CLASSIC,
    WITMOTION_VIBRATION,
    MOVESENSE,
    WITMOTION_TIMED,
    WITMOTION,
    MOVELLA_DOT,
    POLAR_VERITY,
    THINGY52,
    OPENEARABLE,
    SHIMMER3R,
)
"""Tried in this order: the first that recognises an advertisement is taken."""

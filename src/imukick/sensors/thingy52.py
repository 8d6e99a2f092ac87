"""Nordic Thingy:52: raw motion, one sample a notification without any stamp -> Samples on the host's clock.

Facts: NordicSemiconductor/Nordic-Thingy52-FW documentation/firmware_architecture.html.
"""

from __future__ import annotations

import struct
from typing import Final

from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "ef680400-9b35-4933-9b10-52ffa9740042"
CONFIG: Final = "ef680401-9b35-4933-9b10-52ffa9740042"
RAW: Final = "ef680406-9b35-4933-9b10-52ffa9740042"
ADVERTISED: Final = "ef680100-9b35-4933-9b10-52ffa9740042"
NAME_PREFIX: Final = "Thingy"

SAMPLE: Final = struct.Struct("<9h")
"""RAW: acceleration 6Q10 g, angular rate 11Q5 deg/s, compass 12Q4 uT; xyz each."""
ACC_MPS2_PER_COUNT: Final = STANDARD_GRAVITY_MPS2 / 1024
GYR_RADPS_PER_COUNT: Final = RAD_PER_DEG / 32
GYR_RANGE_RADPS: Final = 32767 * GYR_RADPS_PER_COUNT
"""1024 deg/s: more does not fit into 11Q5."""

SETTINGS: Final = struct.Struct("<4HB")
"""CONFIG: ms between step counts, between temperatures, between compass readings, Hz of the motion unit (5 to 200), wake on motion."""
RATES_HZ: Final = (5, 200)
RATE_HZ: Final = 50
"""Chosen: one notification a sample, of which Windows delivers 57 a second at most (bleak issue 1592)."""

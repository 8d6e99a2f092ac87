"""Constants and the few conversions: SI and radians inside, degrees only from `Rep` outward."""

from __future__ import annotations

from typing import Final

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Standard acceleration of free fall (CGPM 1901)."""

DEG_PER_RAD: Final = 57.29577951308232
RAD_PER_DEG: Final = 1.0 / DEG_PER_RAD

LEVER_VARIES: Final = 0.05
"""Share by which true levers differ from kick to kick: a knee that gives by 35 degrees shortens a leg by so much. Chosen."""

"""The virtual sensors of other makers, and the rate at which each of them plays in tests."""

from __future__ import annotations

from imukick.virtual.device_models import MODELS

OTHERS = tuple(name for name in MODELS if name != "imukick")
RATES_HZ = {
    "movesense": 52.0,
    "witmotion": 50.0,
    "dot": 60.0,
    "verity": 52.0,
    "thingy52": 50.0,
    "witmotion-sdcl": 50.0,
    "nordic-uart": 50.0,
    "nordic-uart-frames": 100.0,
    "openearable": 50.0,
    "shimmer3r": 51.2,
}

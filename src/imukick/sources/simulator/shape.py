"""A stroke whose shape is prescribed: how the angle runs from rest to the top when somebody follows a metronome."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.signals import FloatArray
from imukick.sources.simulator.kick import LegPendulum, Stroke, unpaid_share

SHAPES: Final = ("cosine", "least-jerk", "even")
"""A raised cosine; the quintic of least jerk (Flash & Hogan 1985); one even rate with a short start and stop."""
RAMP: Final = 0.12
"""Share of an even stroke's time in which it starts, and stops. Chosen: 0.2 s of a lift of 1.7 s."""
_KNOTS: Final = 60


def shaped(shape: str, rom_rad: float, took_s: float, leg: LegPendulum, *, lowering: bool = False) -> Stroke:
    """The stroke over `rom_rad` that leaves rest at 0 s and stands still at `took_s`; its slow ends belong to it."""
    x = np.linspace(0.0, 1.0, 20 * _KNOTS + 1)
    way, rate, acceleration = (part * rom_rad for part in _way(shape, x))
    t_s, angle, rate, acceleration = x * took_s, way, rate / took_s, acceleration / took_s**2
    if lowering:
        angle, rate, acceleration = rom_rad - angle, -rate, -acceleration
    share = unpaid_share(
        leg.psi0_rad + angle,
        rate,
        acceleration,
        leg.resistance(angle, rom_rad),
        leg.omega0_sq,
        took_s * (x[1] - x[0]),
    )
    values = np.stack([angle, rate, acceleration], axis=1)[::20]
    values[:, 0] -= values[0, 0]
    return Stroke(knots_s=t_s[::20], values=values, share=share, inside_s=took_s, beyond_s=0.0, below_s=0.0)


def _way(shape: str, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(way, rate, acceleration) (n,) over `x` (n,) from 0 to 1, the way from 0 to 1."""
    if shape == "cosine":
        turn = np.pi * x
        return 0.5 * (1.0 - np.cos(turn)), 0.5 * np.pi * np.sin(turn), 0.5 * np.pi**2 * np.cos(turn)
    if shape == "least-jerk":
        left = 1.0 - x
        return x**3 * (10.0 - 15.0 * x + 6.0 * x**2), 30.0 * (x * left) ** 2, 60.0 * x * left * (1.0 - 2.0 * x)
    top = 1.0 / (1.0 - RAMP)
    up, down = np.clip(x / RAMP, 0.0, 1.0), np.clip((1.0 - x) / RAMP, 0.0, 1.0)
    ramp = np.minimum(up, down)
    rate = top * ramp**2 * (3.0 - 2.0 * ramp)
    acceleration = top / RAMP * 6.0 * ramp * (1.0 - ramp) * np.where(x < 0.5, 1.0, -1.0)
    start = top * RAMP * (up**3 - 0.5 * up**4)
    stop = top * RAMP * (0.5 - down**3 + 0.5 * down**4)
    return start + top * np.clip(x - RAMP, 0.0, 1.0 - 2.0 * RAMP) + stop, rate, acceleration

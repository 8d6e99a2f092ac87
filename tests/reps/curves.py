"""Angles whose levels and moments are known exactly, as closed movements about one axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from imukick.reps.phases import Phases
from imukick.signals import FloatArray, Movement

AXIS = np.array([0.0, 1.0, 0.0])
UP = np.array([0.0, 0.0, 1.0])


def closed(angle_rad: FloatArray, start: int, stop: int, *, open_end: bool = False) -> Movement:
    """A leg that followed this angle (rad, 100 Hz) exactly; nothing clipped, no gap."""
    n = len(angle_rad)
    return Movement(
        t_s=np.arange(n) / 100.0,
        gyr_radps=np.outer(np.gradient(angle_rad, 0.01), AXIS),
        up=Rotation.from_rotvec(-np.outer(angle_rad, AXIS)).apply(UP),
        clipped=np.zeros(n, dtype=bool),
        filled=np.zeros(n, dtype=bool),
        start=start,
        stop=stop,
        axis=AXIS,
        share=1.0,
        tilt=0.0,
        range_rad=float(angle_rad.max()),
        lever_m=np.array([0.0, 0.0, -0.8]),
        lever_sd_m=0.01,
        lever_aside_sd_m=0.01,
        rise_m=0.1,
        rise_sd_m=0.01,
        phi_rad=0.0,
        rest_up=UP,
        calm=True,
        told_s=n / 100.0,
        open_end=open_end,
    )


def spans(times_s: tuple[float, float, float, float], angle_rad: FloatArray, rate_radps: FloatArray) -> Phases:
    """Phases with these boundaries."""
    return Phases(*times_s, float(angle_rad.max()), 0.0, angle_rad, rate_radps, inner_s=times_s)


def driven(
    omega2: float, muscle: Callable[[float], float], rate_radps: float, psi_rad: float, until_s: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(t_s, psi, rate) at 100 Hz of psi'' = omega2 (muscle(t) - sin psi), from this angle and rate."""
    t_s = np.arange(round(100 * until_s) + 1) / 100.0
    solved = solve_ivp(
        lambda t, y: [y[1], omega2 * (muscle(t) - np.sin(y[0]))],
        (0.0, float(t_s[-1])),
        [psi_rad, rate_radps],
        t_eval=t_s,
        rtol=1e-9,
        atol=1e-9,
    )
    return t_s, solved.y[0], solved.y[1]

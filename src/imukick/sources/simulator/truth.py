"""The exact truth of a simulated session: when, how far, how fast, and which share no muscle paid for."""

from __future__ import annotations

from typing import Any

import numpy as np

from imukick.signals import FloatArray
from imukick.sources.simulator.body import Body
from imukick.sources.simulator.kick import Pendulum, unpaid_share
from imukick.sources.simulator.script import Movement
from imukick.units import STANDARD_GRAVITY_MPS2

STEP_S = 0.001
CALM_RADPS = np.radians(15.0)
MOMENTUM, FAST_S = 0.35, 0.6
"""A share from which a stroke is called a swing or a drop (the verdicts' limit), a time under which it is called fast."""


def shank_angle(body: Body, t_s: FloatArray, order: int = 0) -> FloatArray:
    """Angle of the lower leg from hanging, + = foot backwards, or a derivative of it; (n,) rad."""
    return body.at("thigh", t_s, order) + body.at("knee", t_s, order)


def _crossing(t_s: FloatArray, values: FloatArray, level: float, at: int) -> float:
    """Time at which `values` pass `level` between samples at - 1 and at."""
    before, after = values[at - 1], values[at]
    return float(t_s[at - 1] + (level - before) / (after - before) * (t_s[at] - t_s[at - 1]))


def _levels(t_s: FloatArray, height: FloatArray, top: int, low: float, rising: bool) -> float:
    """The last crossing of `low` before the sample `top`, or the first after it."""
    if rising:
        below = np.flatnonzero(height[: top + 1] < low)
        return _crossing(t_s, height, low, int(below[-1]) + 1)
    below = np.flatnonzero(height[top:] < low)
    return _crossing(t_s, height, low, top + int(below[0]))


def boundaries(body: Body, movement: Movement) -> dict[str, float]:
    """Times by the 5, 10 and 95 % levels of the movement's own range, that range and the peak rates (rad, rad/s)."""
    t_s = np.arange(movement.from_s - 0.6, movement.to_s + 0.35, STEP_S)
    angle, rate = shank_angle(body, t_s), shank_angle(body, t_s, 1)
    before = (t_s >= movement.from_s - 0.5) & (t_s <= movement.from_s)
    calm = before & (np.abs(rate) < CALM_RADPS)
    rest = float(np.median(angle[calm if calm.any() else before]))
    after = float(np.median(angle[t_s >= movement.to_s]))
    peak = int(np.argmax(angle))
    rom, back = float(angle[peak]) - rest, float(angle[peak]) - after
    up, down = (angle - rest) / rom, (angle - after) / back
    first = int(np.flatnonzero(up >= 0.95)[0])
    last = int(np.flatnonzero(down >= 0.95)[-1])
    times = {
        "t_start": _levels(t_s, up, first, 0.05, True),
        "t_start10": _levels(t_s, up, first, 0.10, True),
        "t_top_start": _crossing(t_s, up, 0.95, first),
        "t_peak": float(t_s[peak]),
        "t_top_end": _crossing(t_s, down, 0.95, last + 1),
        "t_end10": _levels(t_s, down, last, 0.10, False),
        "t_end": _levels(t_s, down, last, 0.05, False),
    }
    going = (t_s >= times["t_start"]) & (t_s <= times["t_top_start"])
    coming = (t_s >= times["t_top_end"]) & (t_s <= times["t_end"])
    return times | {
        "rom": rom,
        "rest": rest,
        "lift_peak": float(rate[going].max()),
        "lower_peak": float(-rate[coming].min()),
    }


def shares(body: Body, bounds: dict[str, float], leg: Pendulum, home_rad: float) -> tuple[float | None, float | None]:
    """Shares of lift and lowering no muscle paid for, from the planned motion and the person's own pendulum.

    The hip's own acceleration enters the moment: u = alpha / omega0^2 + resistance + a_hip along the way / g.
    """
    told: list[float | None] = []
    for begin, end, sign in (("t_start10", "t_top_start", 1.0), ("t_top_end", "t_end10", -1.0)):
        t_s = np.arange(bounds[begin], bounds[end], STEP_S / 4)
        angle = body.planned("thigh", t_s) - home_rad
        rate, turning = body.planned("thigh", t_s, 1), body.planned("thigh", t_s, 2)
        psi = leg.psi0_rad + angle
        hip = -np.cos(psi) * body.planned("hip_x", t_s, 2) + np.sin(psi) * body.planned("hip_z", t_s, 2)
        moved = rate * sign > 0
        told.append(
            unpaid_share(
                psi[moved],
                rate[moved],
                (turning + leg.omega0_sq * hip / STANDARD_GRAVITY_MPS2)[moved],
                leg.resistance(angle, bounds["rom"])[moved],
                leg.omega0_sq,
            )
        )
    return told[0], told[1]


def style(share_lift: float | None, share_drop: float | None, lift_s: float) -> str:
    """The word for how a repetition was done."""
    swung, dropped = (share_lift or 0.0) >= MOMENTUM, (share_drop or 0.0) >= MOMENTUM
    if swung and dropped:
        return "swing"
    if swung or dropped:
        return "burst_only" if swung else "drop_only"
    return "fast" if lift_s < FAST_S else "controlled"


def rep_truth(
    body: Body, movement: Movement, leg: Pendulum, home_rad: float, clock: float, lever_m: float
) -> dict[str, Any]:
    """One entry of `reps`; times on the recorded clock (true time x `clock`)."""
    bounds = boundaries(body, movement)
    kick = movement.lift is not None
    lift_share, drop_share = shares(body, bounds, leg, home_rad) if kick else (None, None)
    times = {key: round(value * clock, 5) for key, value in bounds.items() if key.startswith("t_")}
    lift_s = (bounds["t_top_start"] - bounds["t_start"]) * clock
    return {
        "kind": movement.kind,
        "fault": movement.fault,
        "style": style(lift_share, drop_share, lift_s),
        "side": movement.side,
        **times,
        "lift_s": round(lift_s, 5),
        "top_s": round((bounds["t_top_end"] - bounds["t_top_start"]) * clock, 5),
        "lower_s": round((bounds["t_end"] - bounds["t_top_end"]) * clock, 5),
        "rom_shank_deg": round(float(np.degrees(bounds["rom"])), 4),
        "start_shank_deg": round(float(np.degrees(bounds["rest"])), 4),
        "top_shank_deg": round(float(np.degrees(bounds["rest"] + bounds["rom"])), 4),
        "w_lift_peak_dps": round(float(np.degrees(bounds["lift_peak"])), 4),
        "w_lower_peak_dps": round(float(np.degrees(bounds["lower_peak"])), 4),
        "v_ankle_lift": round(bounds["lift_peak"] * lever_m, 4) if kick else None,
        "v_ankle_lower": round(bounds["lower_peak"] * lever_m, 4) if kick else None,
        "share_lift": None if lift_share is None else round(lift_share, 4),
        "share_drop": None if drop_share is None else round(drop_share, 4),
    }

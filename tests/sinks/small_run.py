"""A recording of three seconds with everything that a format may stumble over: uneven samples, a gap, an unknown axis, two sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from imukick.events import Rep, Verdict
from imukick.signals import LegMotion, Samples
from tests.sinks.rep_rows import a_rep

NASTY = "=cmd()|' /C calc'!A0\t\"<script>\n../../etc"
META: dict[str, Any] = {
    "package": "imukick 1",
    "recording": NASTY,
    "sensor": NASTY,
    "started": "2026-05-01T18:30:00.250+02:00",
    "rate_hz": 50.0,
    "side": "left",
    "load": "none",
    "load_kg": None,
    "load_marks": [],
}


def samples() -> Samples:
    """160 samples from 0.3 s on, unevenly."""
    noise = np.random.default_rng(8)
    t_s = 0.3 + np.cumsum(noise.uniform(0.015, 0.025, 160))
    return Samples(t_s=t_s, acc_mps2=noise.normal(size=(160, 3)), gyr_radps=noise.normal(size=(160, 3)))


def motion(t_s: Any, *, known: bool = True, filled: Any = None) -> LegMotion:
    """The leg at `t_s`; `filled`: where samples were missing."""
    nothing = np.zeros((len(t_s), 3))
    noise = np.random.default_rng(9)
    return LegMotion(
        t_s=np.asarray(t_s),
        acc_mps2=nothing,
        gyr_radps=nothing,
        up=nothing,
        clipped=np.zeros(len(t_s), dtype=bool),
        filled=np.zeros(len(t_s), dtype=bool) if filled is None else filled,
        angle_rad=noise.normal(size=len(t_s)) if known else None,
        rate_radps=noise.normal(size=len(t_s)) if known else None,
    )


def moved() -> tuple[LegMotion, ...]:
    """Axis unknown for a second, then known, ten grid points in a gap."""
    first = float(samples().t_s[0])
    grid_s = first + 0.01 * np.arange(250)
    return motion(grid_s[:100], known=False), motion(grid_s[100:], filled=np.arange(150) // 10 == 4)


def reps() -> tuple[Rep, ...]:
    """Two counted, one between them that is not, one more in a second set."""
    said = (Verdict("short", 20.0, 25.0, "deg", "usual"),)
    return (
        a_rep(index=1, t_start_s=0.5, t_top_s=0.7, t_lower_s=0.8, t_end_s=1.0, lift_s=0.2, pause_s=0.1, lower_s=0.2),
        a_rep(
            index=2, counted=False, reason="knee_curl", notes=(NASTY,), t_start_s=1.1, t_top_s=1.2, t_lower_s=1.2, t_end_s=1.3,
            lift_s=0.1, pause_s=0.0, lower_s=0.1, verdicts=said, quality=("axis", "gap"),
        ),
        a_rep(index=3, set=2, side="right", t_start_s=2.0, t_top_s=2.2, t_lower_s=2.3, t_end_s=2.5, rom_deg=33.1),
    )  # fmt: skip

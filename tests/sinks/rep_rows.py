"""Repetitions of every kind a table may hold, and hypothesis strategies for more."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

from hypothesis import strategies as st

from imukick.events import Load, Reason, Rep, Side, Verdict
from imukick.sinks.sheet import OF_SEVERAL
from imukick.variants import ANY, VARIANTS

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SOME = st.none() | FINITE
WORDS = st.sampled_from(["momentum", "drop", "short", "off_plane"])
VERDICTS = st.lists(
    st.builds(Verdict, WORDS, FINITE, FINITE, st.sampled_from(["share", "deg", "s"]), st.text(max_size=20)), max_size=3
).map(tuple)
LISTS = st.lists(st.sampled_from(["gap", "clipped", "knee_curl", "load of unknown mass, no momentum"]), max_size=2).map(
    tuple
)

_KINDS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(0, 10_000),
    "bool": st.booleans(),
    "float": FINITE,
    "float | None": SOME,
    "str": st.sampled_from(["3-?-2-1", "2-1-1-0"]),
    "Side": st.sampled_from(get_args(Side)),
    "Posture": st.sampled_from([*VARIANTS, ANY, "unknown"]),
    "Reason | None": st.none() | st.sampled_from(get_args(Reason)),
    "Load": st.sampled_from(get_args(Load)),
    "tuple[Verdict, ...]": VERDICTS,
    "tuple[str, ...]": LISTS,
}
_EACH = {field.name: _KINDS[str(field.type)] for field in fields(Rep)}
REPS: st.SearchStrategy[Rep] = st.builds(Rep, **{name: kind for name, kind in _EACH.items() if name not in OF_SEVERAL})
OF_SEVERAL_SENSORS: st.SearchStrategy[Rep] = st.builds(Rep, **_EACH)


def a_rep(**changes: Any) -> Rep:
    """A clean, counted repetition, with these fields changed."""
    plain: dict[str, Any] = {
        "index": 1,
        "set": 1,
        "side": "left",
        "posture": "standing",
        "load": "none",
        "counted": True,
        "reason": None,
        "t_start_s": 1.0,
        "t_top_s": 1.8,
        "t_lower_s": 2.1,
        "t_end_s": 3.0,
        "lift_s": 0.8,
        "pause_s": 0.3,
        "lower_s": 0.9,
        "rest_before_s": None,
        "tempo": "1-?-1-0",
        "rom_deg": 31.25,
        "peak_lift_degps": 95.5,
        "mean_lift_degps": 33.0,
        "peak_lower_degps": 80.0,
        "mean_lower_degps": None,
        "peak_ankle_mps": 1.25,
        "lever_m": 0.8,
        "lever_sd_m": 0.01,
        "momentum_lift": 0.1,
        "momentum_lift_sd": 0.02,
        "momentum_drop": None,
        "momentum_drop_sd": None,
        "off_plane": None,
        "sparc_lift": -1.6,
        "sparc_lower": -1.7,
        "bounces": 0,
    }
    return Rep(**(plain | changes))

"""What the words and numbers of a report mean, the limits that judged, the versions they belong to, what no ankle shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from imukick.exercises import PelvisLimits
from imukick.plans import tolerance_s
from imukick.sinks.report.data import ReportData, plain

DEFINITIONS: Final[tuple[tuple[str, str], ...]] = (
    ("Counted", "left rest, turned about the kick axis on the hip’s lever, raised the sensor and came back to rest."),
    ("Clean", "counted, and nothing was said about it."),
    ("Range", "of the lower leg, from rest to the highest point. It is not the angle of the hip."),
    ("Lift, pause, lowering", "from where the leg starts to move to where it stops; the stop; and the way back likewise."),
    ("Tempo", "lowering – rest before – lift – pause in whole seconds, ? where not known."),
    ("Velocity", "largest rate of turn about the kick axis in the lift."),
    (
        "Momentum",
        "the leg as a pendulum: share of the lift for which the moment of muscles did not pay at the time, of the lowering not resisted. Form, not proven harm.",
    ),
    ("Loss", "how far the last of a set lies below the best of that set, not below the first."),
    (
        "Noise between legs",
        "what chance and sensor can do to two equal legs: the session’s own scatter (Welch), the sensor’s measured error.",
    ),
)  # fmt: skip
BLIND: Final = (
    "the arch of the lower back and the tilt of the pelvis themselves; the trunk rocking along",
    "the angle of the hip joint: it measures the lower leg, which also moves with pelvis and spine",
    "which muscle works",
    "the standing leg and its knee",
    "left from right, and front from back, unless the person says so",
    "the size of an external load, unless the person says so",
    "pain",
)
"""As in docs/verdicts.md; a test compares."""


def limit_rows(data: ReportData) -> list[tuple[str, str, str]]:
    """Word, its limit in this session, where that limit comes from (docs/verdicts.md)."""
    meta = data.meta
    limits, target_deg, most_deg = (
        meta["parameters"]["count"]["verdicts"],
        meta["target_rom_deg"],
        meta["target_rom_max_deg"],
    )
    short = (
        f"the leg rose less than {target_deg:g}°"
        if target_deg is not None
        else f"the leg rose less than {100 * limits['short_share']:.0f} % of its usual good range"
    )
    high = (
        f"the leg rose more than {100 * limits['high_share']:.0f} % of its usual good range, or, standing upright, more than "
        f"{limits['high_standing_deg']:g}° behind vertical"
    )
    high = high if most_deg is None else f"the leg rose more than {most_deg:g}°"
    by_plan, chosen = "the target", "imukick’s choice"
    return [
        ("momentum", f"over {100 * limits['momentum']:.0f} % of the lift was swing: muscle did not pay for it at the time", "imukick’s choice, on simulated legs"),
        ("drop", f"over {100 * limits['drop']:.0f} % of the lowering was falling, not resisted", "imukick’s choice, on simulated legs"),
        ("no pause", f"the leg was held at the top for less than {meta['target_pause_s']:g} s", "half the plan’s hold" if data.plan else chosen),
        *_quick_rows(meta),
        ("short", short, by_plan if target_deg is not None else chosen),
        ("too high", high, by_plan if most_deg is not None else "imukick’s choice; a hip extends by 10 to 30°"),
        ("off plane", f"the leg went sideways by over {100 * limits['off_plane']:.0f} % of its range", "imukick’s choice, on simulated legs"),
        ("bounce", "the leg dipped at the top by over 2.5° and 8 % of its range", "definition"),
        *(_pelvis_rows() if "clocks" in meta else ()),
    ]  # fmt: skip


def _pelvis_rows() -> list[tuple[str, str, str]]:
    """The limits of what a sensor on the pelvis shows."""
    limits = PelvisLimits()
    return [
        (
            "arched",
            f"the pelvis tipped forward by over {limits.arched_deg:g}°",
            "between controlled and uncontrolled lifts, Oh 2007",
        ),
        ("rotated", f"the pelvis turned by over {limits.rotated_deg:g}°", "imukick’s choice, about twice walking’s"),
        (
            "rocking",
            f"the pelvis shook by over {limits.rocking_mps2:g} m/s²",
            "cut-off of bridges, Front Physiol 2021",
        ),
    ]


def _quick_rows(meta: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The limits of a tempo, said of no session without one."""
    rows = []
    for word, aim_s in (("quick lift", meta.get("target_lift_s")), ("quick lower", meta.get("target_lower_s"))):
        limit = "only with a plan’s tempo" if aim_s is None else f"it took less than {aim_s - tolerance_s(aim_s):g} s"
        rows.append((word, limit, "the plan’s tempo, less 0.3 s or a quarter"))
    return rows


def version_line(data: ReportData) -> str:
    """Program, definitions and settings in one line."""
    meta = data.meta
    look = "second look" if meta["pass"] in ("second", "refined") else "one pass, as live"
    said = [
        plain(meta["package"]),
        f"metrics {meta['metrics_version']}",
        f"export {meta['export_version']}",
        f"sensor protocol {meta['protocol_version']}",
        look,
        f"posture {'recognised' if meta['posture'] == 'auto' else 'as said'}",
        f"height {meta['height_m']:.2f} m",
        f"sensor {plain(meta['sensor']) if meta['sensor'] else 'not named'}",
    ]
    return " · ".join(said)


def parameters_text(parameters: Mapping[str, Any]) -> str:
    """Every setting the engine ran with, as JSON."""
    return json.dumps(parameters, indent=1)

"""Draws, for each verdict, a simulated repetition that earns it beside one that does not.

    python benchmarks/verdict_pictures.py [FOLDER]

Writes FOLDER/WORD.png (default docs/img/verdicts). Sessions from fixed seeds, measured by the engine as any other: what
is drawn and said is what it found. Ends with an error when an example does not get, or gets, the word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imukick.analysis import Analysis, analyse
from imukick.coaching.wording import verdict_text
from imukick.events import Rep
from imukick.motion.filters import CUT_HZ, zero_phase
from imukick.motion.grid import GRID_HZ
from imukick.reps.pendulum import pendulum
from imukick.signals import FloatArray
from imukick.sinks.figure_style import CLEAN, FAINT, FAULT, INK, PHASES, SMALL, TEXT, style
from imukick.sources.simulator import Spec, simulate
from imukick.units import DEG_PER_RAD

HERE = Path(__file__).resolve().parents[1] / "docs" / "img" / "verdicts"
AROUND_S = 0.7
WIDE, DPI = 7.6, 110
PLAIN = {"posture": "standing", "height_m": 1.70, "noise": "lsm6ds3", "reps": 6, "rest_s": 2.5, "rom_deg": 32.0}

BRISK = {"lift_s": 0.5, "lower_s": 0.6}


@dataclass(frozen=True, slots=True)
class Shown:
    """One repetition with the motion around it: `t_s` (n,) from its start, `angle_deg` (n,) from rest, `gyr_degps` (n, 3)
    at 6 Hz, `axis` the kick axis in the sensor frame, `height_m` of the person.
    """

    rep: Rep
    t_s: FloatArray
    angle_deg: FloatArray
    gyr_degps: FloatArray
    axis: FloatArray
    height_m: float

    def limit(self, word: str) -> float | None:
        """Of that verdict, where it was said."""
        return next((v.limit for v in self.rep.verdicts if v.word == word), None)


Extra = Callable[[Axes, Shown, str], None]


@dataclass(frozen=True, slots=True)
class Example:
    """`guilty` and `clean`: options of the simulated sessions; `fault`: the truth's word for the repetition, `ok` for any;
    `extra` draws a second field; `level`: the limit is an angle.
    """

    word: str
    guilty: dict[str, object]
    clean: dict[str, object]
    fault: str = "ok"
    extra: Extra | None = None
    level: bool = False


def moments(ax: Axes, shown: Shown, word: str) -> None:
    """Gravity's moment, what muscle gave, and between them what nobody paid for."""
    leg = pendulum("bent" if shown.rep.posture == "quadruped" else "straight", shown.height_m, 0.0)
    rate = shown.gyr_degps @ shown.axis / DEG_PER_RAD
    psi = shown.angle_deg / DEG_PER_RAD + leg.psi0_rad
    gravity = np.sin(psi)
    muscle = np.maximum(np.gradient(rate, 1.0 / GRID_HZ) / leg.omega2 + gravity, 0.0)
    rep = shown.rep
    first, last = (rep.t_start_s, rep.t_top_s) if word == "momentum" else (rep.t_lower_s, rep.t_end_s)
    inside = (shown.t_s >= first - rep.t_start_s) & (shown.t_s <= last - rep.t_start_s)
    ax.plot(shown.t_s, gravity, color=FAINT, linewidth=1.0, label="gravity")
    ax.plot(shown.t_s, muscle, color=CLEAN, linewidth=1.3, label="muscle")
    ax.fill_between(
        shown.t_s, gravity, np.minimum(muscle, gravity), where=inside & (gravity > 0), color=FAULT, alpha=0.35,
        linewidth=0, label="not paid for",
    )  # fmt: skip
    ax.set_ylim(-0.15, 1.25 * float(max(gravity.max(), muscle.max())))
    ax.set_ylabel("moment / m·g·L", fontsize=SMALL, color=FAINT)
    ax.legend(frameon=False, fontsize=SMALL - 0.5, loc="upper right", handlelength=1.2, borderpad=0.0, ncols=3)


def rates(ax: Axes, shown: Shown, _word: str) -> None:
    """Angular velocity about the kick axis and about everything else."""
    along = shown.gyr_degps @ shown.axis
    across = np.linalg.norm(shown.gyr_degps - along[:, None] * shown.axis, axis=1)
    ax.plot(shown.t_s, np.abs(along), color=CLEAN, linewidth=1.3, label="about the kick axis")
    ax.fill_between(shown.t_s, across, color=FAULT, alpha=0.35, linewidth=0, label="about other axes")
    ax.set_ylim(0.0, 1.35 * float(np.abs(along).max()))
    ax.set_ylabel("deg/s", fontsize=SMALL, color=FAINT)
    ax.legend(frameon=False, fontsize=SMALL - 0.5, loc="upper right", handlelength=1.2, borderpad=0.0, ncols=2)


def levers(ax: Axes, shown: Shown, word: str) -> None:
    """How far the sensor is from what it turned about."""
    lever_m = shown.rep.lever_m or 0.0
    limit_m = shown.limit(word)
    ax.barh([0], [lever_m], 0.5, color="#8fa3b8" if limit_m is None else FAULT, alpha=1.0 if limit_m is None else 0.5)
    ax.text(lever_m + 0.01, 0, f"lever {lever_m:.2f} m", va="center", fontsize=SMALL)
    if limit_m is not None:
        ax.axvline(limit_m, color=FAULT, linewidth=1.2, linestyle=(0, (5, 2)))
    ax.set_xlim(0.0, 1.15)
    ax.set_ylim(-0.6, 0.6)
    ax.set_yticks([])
    ax.set_xlabel("from the centre of rotation to the sensor, m", fontsize=SMALL, color=FAINT)


EXAMPLES = (
    Example("momentum", {"swing": 0.6, "seed": 11}, {"lift_s": 1.3, "seed": 11}, extra=moments),
    Example("drop", {"drop": 0.6, "seed": 12}, {"lower_s": 1.6, "seed": 12}, extra=moments),
    Example("no_pause", {"pause_s": 0.0, **BRISK, "seed": 13}, {"pause_s": 0.8, **BRISK, "seed": 13}),
    Example("short", {"extras": ("short",), "seed": 14}, {"seed": 14}, "low_rom", level=True),
    Example("too_high", {"extras": ("high",), "seed": 15}, {"seed": 15}, "arch", level=True),
    Example("off_plane", {"extras": ("off-plane",), "seed": 16}, {"seed": 16}, "off_plane", extra=rates),
    Example("knee_curl", {"extras": ("knee-curl",), "seed": 17}, {"seed": 17}, "knee_curl", extra=levers),
    Example("bounce", {"extras": ("bounce",), "seed": 18}, {"seed": 18}, "double_bounce"),
)


def shown(example: Example, *, guilty: bool) -> Shown:
    """The repetition to draw: the faulty one of its session, or the fourth of a clean session."""
    spec = Spec(**{**PLAIN, **(example.guilty if guilty else example.clean)})  # type: ignore[arg-type]
    made = simulate(spec)
    analysis = analyse(made.samples, height_m=spec.height_m)
    wanted = [kick for kick in made.truth["reps"] if kick["fault"] == (example.fault if guilty else "ok")]
    kick = wanted[min(3, len(wanted) - 1)]
    middle_s = 0.5 * (kick["t_start10"] + kick["t_end10"])
    rep = next(rep for rep in analysis.reps if rep.t_start_s < middle_s < rep.t_end_s)
    if (example.word in rep.words) != guilty:
        raise SystemExit(f"{example.word}: the example {'does not get' if guilty else 'gets'} the word: {rep}")
    return _around(analysis, rep, spec.height_m)


def _around(analysis: Analysis, rep: Rep, height_m: float) -> Shown:
    moved = [piece for piece in analysis.moved if piece.angle_rad is not None]
    t_s = np.concatenate([piece.t_s for piece in moved])
    angle = np.concatenate([piece.angle_rad for piece in moved if piece.angle_rad is not None]) * DEG_PER_RAD
    gyr = zero_phase(np.concatenate([piece.gyr_radps for piece in moved]), CUT_HZ) * DEG_PER_RAD
    near = (t_s >= rep.t_start_s - AROUND_S) & (t_s <= rep.t_end_s + AROUND_S)
    before = (t_s >= rep.t_start_s - AROUND_S) & (t_s <= rep.t_start_s - AROUND_S + 0.2)
    axis = np.array(analysis.prior.strappings[-1].axis)
    rest_deg = float(np.median(angle[before]))
    return Shown(rep, t_s[near] - rep.t_start_s, angle[near] - rest_deg, gyr[near], axis, height_m)


def draw(example: Example) -> Figure:
    """Left what earns the word, right what does not, on the same scales."""
    both = [shown(example, guilty=guilty) for guilty in (True, False)]
    rows = 1 if example.extra is None else 2
    heights = [1.7] if rows == 1 else [1.5, 0.55 if example.extra is levers else 1.1]
    figure = Figure(figsize=(WIDE, sum(heights) + 0.62 * rows + 0.35), dpi=DPI, layout="constrained")
    grid = figure.subplots(rows, 2, squeeze=False, gridspec_kw={"height_ratios": heights})
    top_deg = 1.12 * max(float(one.angle_deg.max()) for one in both)
    limit = both[0].limit(example.word)
    for column, one in enumerate(both):
        ax: Axes = grid[0][column]
        guilty = column == 0
        _angle(ax, one, top_deg)
        if example.level and limit is not None:
            ax.axhline(limit, color=FAULT, linewidth=1.1, linestyle=(0, (5, 2)))
            ax.text(ax.get_xlim()[0], limit, " limit", va="bottom", fontsize=SMALL, color=FAULT)
        said = next((verdict_text(v) for v in one.rep.verdicts if v.word == example.word), "")
        title = f"{example.word}: yes" if guilty else f"{example.word}: no"
        ax.set_title(title, fontsize=TEXT, fontweight="bold", loc="left", color=FAULT if guilty else CLEAN, pad=14)
        ax.annotate(
            said or _instead(example.word, one), (0, 1), (0, 3), "axes fraction", "offset points", fontsize=SMALL, color=INK
        )  # fmt: skip
        if example.extra is not None:
            example.extra(grid[1][column], one, example.word)
            if example.extra is not levers:
                grid[1][column].set_xlim(ax.get_xlim())
    for ax in grid.ravel():
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _angle(ax: Axes, one: Shown, top_deg: float) -> None:
    rep = one.rep
    edges = [t - rep.t_start_s for t in (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)]
    for (name, (colour, sign)), begin_s, end_s in zip(PHASES.items(), edges[:-1], edges[1:], strict=True):
        ax.axvspan(begin_s, end_s, color=colour, alpha=0.45, linewidth=0)
        long = end_s - begin_s > 0.12 * float(one.t_s[-1] - one.t_s[0])
        if end_s > begin_s:
            ax.text(
                0.5 * (begin_s + end_s),
                0.03,
                f"{sign} {name}" if long else sign,
                transform=ax.get_xaxis_transform(),
                ha="center",
                fontsize=SMALL - 0.5,
            )
    ax.plot(one.t_s, one.angle_deg, color=INK, linewidth=1.3)
    ax.set_ylim(min(-0.14 * top_deg, 1.1 * float(one.angle_deg.min())), top_deg)
    ax.set_xlim(float(one.t_s[0]), float(one.t_s[-1]))
    ax.set_ylabel("angle, deg", fontsize=SMALL, color=FAINT)
    ax.set_xlabel("s from the start", fontsize=SMALL, color=FAINT)


def _instead(word: str, one: Shown) -> str:
    """The number behind the word, where it was not said."""
    rep = one.rep
    match word:
        case "momentum":
            return f"momentum {rep.momentum_lift:.2f}"
        case "drop":
            return f"drop {rep.momentum_drop:.2f}"
        case "no_pause":
            return f"pause {rep.pause_s:.2f} s"
        case "off_plane":
            return f"off plane {rep.off_plane:.3f}"
        case "knee_curl":
            return f"lever {rep.lever_m:.2f} m"
        case "bounce":
            return "no reversal"
    return f"range {rep.rom_deg:.0f}°"


def main() -> None:
    """Draw them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        for example in EXAMPLES:
            place = folder / f"{example.word}.png"
            draw(example).savefig(place, dpi=DPI)
            print(f"{place.name}: {place.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

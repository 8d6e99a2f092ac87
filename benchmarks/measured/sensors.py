"""The same sessions as each sensor would have sent them: its rate, ranges, steps, packets and stamps, through its own decoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from imukick.signals import Samples
from imukick.sources.simulator import Spec
from imukick.virtual.off_radio import sensor_of, talk
from imukick.virtual.radio import Radio
from imukick.virtual.sampling import resampled
from imukick.virtual.track import Track
from measured.cases import HEIGHTS_M, STYLES, Case, case_of
from measured.figures import Line
from measured.scoring import Scored, run
from measured.simulated_figures import figures

FULL_HZ: Final = 400.0
OWN_HZ: Final = 200.0
"""What an imukick v1 sensor has by default."""
AS_SIMULATED: Final = "as simulated"
MAKES: Final = (AS_SIMULATED, "imukick", "movesense", "dot", "verity", "witmotion", "thingy52")
RADIO: Final = Radio(jitter_s=0.02, seed=1)
"""30 ms between connection events, packets up to 20 ms late; nothing lost."""
FIGURES: Final = {
    "F1, standing": "F1 standing",
    "F1, quadruped": "on all fours",
    "F1, prone": "prone",
    "sessions exactly right": "exact",
    "range, mean error": "range, deg",
    "lift, mean error": "lift, ms",
    "pause, mean error": "pause, ms",
    "lower, mean error": "lower, ms",
    "peak rate of the lift, median error": "peak rate, %",
    "momentum_lift, mean error": "momentum, lift",
    "momentum_drop, mean error": "momentum, drop",
    "`momentum` sensitivity": "`momentum` sensitivity",
    "`momentum` false-positive rate": "false-positive rate",
}
"""Figure -> its column."""
HEAD: Final = ("sensor", "Hz", "times", *FIGURES.values())

Both = tuple[list[Scored], list[Scored]]


def sessions() -> list[Case]:
    """Each style, standing, on all fours and prone, at 400 Hz with a good sensor whose full scale nothing reaches."""
    return [
        case_of(
            Spec(
                **{
                    "posture": posture,
                    "side": ("left", "right")[number % 2],
                    "height_m": HEIGHTS_M[number % len(HEIGHTS_M)],
                    "rate_hz": FULL_HZ,
                    "noise": "bmi270",
                    "rest_s": 3.0,
                    **style,
                    "seed": 700 + 100 * place + number,
                }
            )
        )
        for place, posture in enumerate(("standing", "quadruped", "prone"))
        for number, style in enumerate(STYLES)
    ]


def through(name: str, samples: Samples) -> Samples:
    """What a decoder makes of what a sensor of this make sends of these samples; times on the clock they had.

    Times of arrival stay as late as they come.
    """
    if name == AS_SIMULATED:
        return samples
    acc, gyr = samples.acc_range_mps2, samples.gyr_range_radps
    if acc is None or gyr is None:
        raise ValueError("a simulated session knows its ranges")
    begin_s, duration_s = float(samples.t_s[0]), float(samples.t_s[-1] - samples.t_s[0])
    track = Track("session", FULL_HZ, duration_s, acc, gyr, lambda: iter([samples]))
    sent = talk(name, resampled(track, OWN_HZ) if name == "imukick" else track, radio=RADIO)
    came = sent.samples
    return replace(came, t_s=came.t_s + begin_s + (sent.first_s or 0.0))


def measure(cases: Sequence[Case]) -> dict[str, Both]:
    """Make -> every session through it, in one pass and the second look."""
    out: dict[str, Both] = {}
    for name in MAKES:
        heard = [replace(case, samples=through(name, case.samples)) for case in cases]
        out[name] = (
            [run(case, refine=False, aim=False) for case in heard],
            [run(case, refine=True, aim=False) for case in heard],
        )
    return out


def table_rows(measured: Mapping[str, Both], *, refined: bool) -> list[tuple[object, ...]]:
    """A row for the bars, and one for each make; what misses its bar stands in bold."""
    lines = {name: _lines(both) for name, both in measured.items()}
    first = next(iter(lines.values()))
    bars = tuple(bar_text(first[figure], refined=refined) for figure in FIGURES)
    rows: list[tuple[object, ...]] = [("bar", "", "", *bars)]
    for name, both in measured.items():
        samples = both[0][0].case.samples
        rate_hz = (len(samples) - 1) / float(samples.t_s[-1] - samples.t_s[0])
        title = name if name == AS_SIMULATED else sensor_of(name).model
        clock = "its own" if samples.clock == "device" else "arrival"
        cells = (cell_text(lines[name][figure], refined=refined) for figure in FIGURES)
        rows.append((title, f"{rate_hz:.0f}", clock, *cells))
    return rows


def _lines(both: Both) -> dict[str, Line]:
    found = {line.name: line for figure in figures("nominal") if (line := figure.line(both)) is not None}
    return {name: found[name] for name in FIGURES}


def bar_text(line: Line, *, refined: bool) -> str:
    """The bar as the table has it."""
    bar = line.bars[refined]
    return "" if bar is None else f"{'≤' if line.most else '≥'} {bar:g}"


def cell_text(line: Line, *, refined: bool) -> str:
    """What was reached, bold where it misses its bar."""
    reached = line.reached[refined]
    if reached.value is None:
        return "–"
    said = f"{reached.value:.{line.digits}f}"
    return f"**{said}**" if reached.met is False else said

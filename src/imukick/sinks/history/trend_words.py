"""What can be said of a trend, in words that claim no more than its numbers."""

from __future__ import annotations

from imukick.sinks.history.trends import ENDS, LEAST_SESSIONS, METRICS, Trend


def verdict_words(trend: Trend) -> str:
    """What can be said of a trend, in one line."""
    metric, noise, change = trend.metric, trend.noise, trend.change
    if noise is None or change is None:
        return f"{len(trend.points)} of the {LEAST_SESSIONS} sessions that it takes to tell noise from change"
    moved = f"{number_text(change.first, metric)} -> {number_text(change.last, metric)}"
    limit = number_text(change.limit, metric)
    if change.real:
        return f"{moved}, a change: more than your own noise, {limit}"
    return f"{moved}, no change can be told: within your own noise, {limit}"


def noise_line(trend: Trend) -> str:
    """The numbers behind it; empty before they are known."""
    noise = trend.noise
    if noise is None:
        return ""
    sem, sdc = number_text(noise.sem, trend.metric), number_text(noise.sdc, trend.metric)
    return (
        f"own noise from {noise.sessions} sessions: typical error (SEM, von Neumann's successive differences) {sem}; smallest detectable change {sdc} between two sessions "
        f"({noise.factor:.2f} x sqrt 2 x SEM), by sqrt {ENDS} less between means of {ENDS}"
    )


def number_text(number: float, metric: str) -> str:
    """`number`, a value of a metric, with its unit.

    >>> number_text(31.24, "rom_deg"), number_text(0.345, "clean_share"), number_text(1.257, "lift_s")
    ('31.2°', '34 %', '1.26 s')
    """
    unit, _ = METRICS[metric]
    match unit:
        case "deg":
            return f"{number:.1f}°"
        case "share" if metric == "clean_share":
            return f"{100 * number:.0f} %"
        case "deg/s":
            return f"{number:.0f} {unit}"
        case "s" | "m/s":
            return f"{number:.2f} {unit}"
        case _:
            return f"{number:.2f}"

"""`imukick history trend` and `compare`: in words, with the numbers behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imukick.cli.history_place import asked_person, kept_history, nearest
from imukick.cli.screen import complain, say
from imukick.errors import ImukickError, RecordingError
from imukick.plain_text import one_line
from imukick.sinks.history import KeptSession
from imukick.sinks.history.series import damaged, trends
from imukick.sinks.history.trend_words import noise_line, number_text, verdict_words
from imukick.sinks.history.trends import LEAST_REPS, LEAST_SESSIONS, METRICS, Point, Rules, Trend
from imukick.sinks.whole_file import check_place, whole_file

LAST: Final = 12
"""Sessions told one by one, the newest; the picture has all. Chosen: as many as one looks at."""
COMPARED: Final = (
    "rom_deg",
    "lift_s",
    "pause_s",
    "lower_s",
    "peak_lift_degps",
    "momentum_lift",
    "momentum_drop",
    "clean_share",
)


def tell_trend(db: str | None, person: str | None, metric: str, out: Path | None, *, force: bool) -> None:
    """Print it, and draw it where that was asked for. Raises `ImukickError` for what cannot be told."""
    if metric not in METRICS:
        raise ImukickError(f"--metric {metric!r} has no trend; known: {', '.join(METRICS)}")
    if out is not None:
        from imukick.sinks.picture import ENDINGS

        if out.suffix.lower() not in ENDINGS:
            raise RecordingError(f"name the picture {', '.join(ENDINGS)}", path=out)
        check_place(out, force=force)
    whose = asked_person(person)
    with kept_history(db) as history:
        with history.looking_at("trends"):
            found = trends(history.connection, whose, (metric,))
            for number in damaged(history.connection, whose):
                complain(
                    f"session {number}: a row of it is damaged, it is left out; imukick history delete {number} removes it"
                )
        if not found:
            raise ImukickError(
                f"no counted repetition of {one_line(whose, 40)!r} is kept{nearest(whose, history.people())}"
            )
    for trend in found:
        for line in _lines(trend):
            say(line)
    if out is not None:
        from imukick.sinks.history.trend_picture import write_trends

        with whole_file(out, force=force) as part:
            write_trends(part, out.suffix.lower(), whose, found)
        say(f"{out}: {METRICS[metric][1]}")


def _lines(trend: Trend) -> list[str]:
    """One group: heading, the newest sessions, what can be said."""
    points, metric = trend.points, trend.metric
    sessions = f"{len(points)} session{'' if len(points) == 1 else 's'}"
    lines = [f"{trend.group.text}: {METRICS[metric][1]}, {sessions}, {trend.rules.text}"]
    if len(points) > LAST:
        lines.append(f"  the last {LAST}:")
    lines += [_point_line(point, metric) for point in points[-LAST:]]
    if not points:
        lines.append(f"  no session with {LEAST_REPS} repetitions of which it is known")
    if trend.left_out:
        lines.append(
            f"  {trend.left_out} judged by another version of the metrics or in another pass, left out; imukick history recompute --all judges them again"
        )
    lines.append(f"  {verdict_words(trend)}")
    return lines + ([] if trend.noise is None else [f"  {noise_line(trend)}"])


def _point_line(point: Point, metric: str) -> str:
    spread = ""
    if point.low is not None and point.high is not None:
        spread = f" ({number_text(point.low, metric)} to {number_text(point.high, metric)})"
    volume = "" if point.volume_kg is None else f", {point.volume_kg:g} kg in all"
    return (
        f"  {point.at:%Y-%m-%d %H:%M}  session {point.session}: {number_text(point.middle, metric)}{spread}, "
        f"{point.counted} counted{volume}, {100 * point.clean / point.counted:.0f} % clean"
    )


def tell_comparison(db: str | None, first: int, second: int) -> None:
    """Print it. Raises `ImukickError` for sessions that cannot be compared."""
    with kept_history(db) as history:
        earlier, later = history.session(first, events=False), history.session(second, events=False)
        if earlier.person != later.person:
            whose = f"{one_line(earlier.person)} and {one_line(later.person)}"
            raise ImukickError(f"sessions {first} and {second} are of two people, {whose}: nothing to compare")
        with history.looking_at("trends"):
            found = trends(history.connection, earlier.person, COMPARED)
        if found and not all(_judged_by(one, found[0].rules) for one in (earlier, later)):
            raise ImukickError(
                f"sessions {first} and {second} were not both judged by {found[0].rules.text}, as most are; first: imukick history recompute {first} {second}"
            )
    told: set[str] = set()
    for trend in found:
        pair = [next((one for one in trend.points if one.session == number), None) for number in (first, second)]
        if pair[0] is None or pair[1] is None:
            continue
        if trend.group.text not in told:
            told.add(trend.group.text)
            say(f"{trend.group.text}: session {first} -> session {second}, {trend.rules.text}")
        say(f"  {_difference(trend, pair[0], pair[1])}")
    if not told:
        raise ImukickError(
            f"sessions {first} and {second} share no leg, posture and load with {LEAST_REPS} counted repetitions"
        )


def _judged_by(session: KeptSession, rules: Rules) -> bool:
    return any(rules == Rules(one.metrics_version, str(one.meta.get("pass") or "one")) for one in session.judgements)


def _difference(trend: Trend, before: Point, after: Point) -> str:
    metric = trend.metric
    moved = f"{METRICS[metric][1]}: {number_text(before.middle, metric)} -> {number_text(after.middle, metric)}"
    if trend.noise is None:
        return f"{moved}; {len(trend.points)} of the {LEAST_SESSIONS} sessions that it takes to tell noise from change"
    limit = f"smallest detectable change {number_text(trend.noise.sdc, metric)}"
    real = abs(after.middle - before.middle) > trend.noise.sdc
    return f"{moved}, {'a change' if real else 'no change can be told'}: {limit}"

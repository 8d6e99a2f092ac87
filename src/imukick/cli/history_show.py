"""One session of the history for people; where it was judged more than once, what each judgement said, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.table import Table

from imukick.analysis import Analysis
from imukick.cli.history_place import kept_history
from imukick.cli.screen import Screen
from imukick.cli.show import Report, clock_text, pain_line
from imukick.coaching.wording import rep_texts
from imukick.events import Prior, Rep
from imukick.plain_text import one_line
from imukick.sinks.history import Judgement, KeptSession
from imukick.sinks.history.recordings import is_kept
from imukick.sinks.sets import SetRow

MOST_SHOWN: Final = 5000
"""Repetitions. Chosen: five years of one set a day; nobody reads more on a terminal."""
SAME_S: Final = 0.5
"""Repetitions of two judgements whose tops lie so near are the same one; chosen: shorter than any repetition."""
ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("counted", "counted", ".0f"),
    ("not counted", "not_counted", ".0f"),
    ("clean", "clean", ".0f"),
    ("range, median", "rom_median_deg", ".1f"),
    ("lift s, median", "lift_median_s", ".2f"),
    ("hold s, median", "pause_median_s", ".2f"),
    ("lower s, median", "lower_median_s", ".2f"),
    ("momentum of the lift", "momentum_lift_median", ".2f"),
    ("momentum of the lowering", "momentum_drop_median", ".2f"),
)


def show_session(db: str | None, number: int) -> None:
    """Print it. Raises `ImukickError` when it is not there, and when a row of it is damaged."""
    with kept_history(db) as history:
        history.check_there(number)
        count, screen = history.rep_count(number), Screen()
        one = history.session(number, events=count <= MOST_SHOWN)
        shown: list[RenderableType] = [*facts(one)]
        if count > MOST_SHOWN:
            shown.append(f"{count} repetitions, too many to show; imukick history export writes them all")
        else:
            shown.append(Report(f"session {number}", analysis_of(one.newest)))
            shown += ["", *side_by_side(one.judgements)] if len(one.judgements) > 1 else []
        with history.looking_at(f"session {number}"), screen.capture() as drawn:
            for item in shown:
                screen.print(item, soft_wrap=isinstance(item, str))
    screen.out(drawn.get(), end="", highlight=False)


def analysis_of(judgement: Judgement) -> Analysis:
    """As `imukick.analyse` gave it, but for the motion and what was learned, which are not kept, and pain, which `facts` says."""
    return Analysis(judgement.reps, judgement.events, Prior(), (), dict(judgement.meta) | {"pain_s": []})


def facts(one: KeptSession) -> list[str]:
    """What is known besides the repetitions, a line each."""
    begun = f"{one.started:%Y-%m-%d %H:%M}" if one.started is not None else f"kept {one.saved:%Y-%m-%d %H:%M}"
    lines = [f"session {one.number} of {one_line(one.person)}, {begun}, {one.origin}"]
    pains_s = [mark.t_s for mark in one.marks if mark.kind == "pain"]
    lines += [pain_line({"pain_s": pains_s})] if pains_s else []
    if not one.ended:
        lines.append("it did not end: what was told until then is kept, recompute judges its whole recording")
    if one.recording is not None:
        gone = "" if is_kept(one.recording) else " (not there any more)"
        lines.append(f"recording: {one_line(str(one.recording), 400)}{gone}")
    if one.plan is not None:
        lines.append(f"plan: {one_line(one.plan)}")
    for done in one.plan_sets:
        aim = "" if done.aim is None else f" of {done.aim}"
        kept = "" if done.adherence_share is None else f", tempo kept {100 * done.adherence_share:.0f} %"
        lines.append(f"plan, set {done.set}, {done.side}: {done.reps}{aim} repetitions, {done.clean} clean{kept}")
    notes = [mark for mark in one.marks if mark.kind == "note" or (mark.kind == "pain" and mark.value)]
    lines += [f"{mark.kind} at {clock_text(mark.t_s)}: {one_line(mark.value)}" for mark in notes]
    lines += [f"note: {one.note}"] if one.note else []
    return [one_line(line, 2000) for line in lines]


def side_by_side(judgements: Sequence[Judgement]) -> list[Table | str]:
    """A table with a column a judgement, and a line for each repetition that the last two see otherwise."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("judged")
    for one in judgements:
        table.add_column(
            f"{one.made:%Y-%m-%d}\n{one_line(one.package, 30)}, metrics {one.metrics_version}", justify="right"
        )
    totals = [_total(one) for one in judgements]
    for heading, name, form in ROWS:
        table.add_row(heading, *(_number(total, name, form) for total in totals))
    before, after = judgements[-2:]
    lines = differences(before.reps, after.reps)
    return [table, *(lines or ["the last two say the same of every repetition"])]


def differences(before: Sequence[Rep], after: Sequence[Rep]) -> list[str]:
    """What is said otherwise, in the order of time."""
    left = list(before)
    lines: list[tuple[float, str]] = []
    for rep in after:
        same = next((old for old in left if abs(old.t_top_s - rep.t_top_s) < SAME_S), None)
        if same is None:
            lines.append((rep.t_top_s, f"not seen before, now: {'; '.join(rep_texts(rep))}"))
            continue
        left.remove(same)
        if rep_texts(same) != rep_texts(rep):
            lines.append((rep.t_top_s, f"{'; '.join(rep_texts(same))} -> {'; '.join(rep_texts(rep))}"))
    lines += [(rep.t_top_s, f"{'; '.join(rep_texts(rep))} -> not seen any more") for rep in left]
    return [f"{clock_text(t_s):>8}  {text}" for t_s, text in sorted(lines)]


def _total(judgement: Judgement) -> SetRow | None:
    rows = judgement.sets
    return rows[-1] if rows else None


def _number(total: SetRow | None, name: str, form: str) -> str:
    value = None if total is None else getattr(total, name)
    return "-" if value is None else format(value, form)

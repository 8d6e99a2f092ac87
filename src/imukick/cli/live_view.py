"""What a person sees of a live session: a calm panel on a terminal, plain lines anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from imukick.cli.screen import Screen
from imukick.cli.show import clock_text, event_line
from imukick.coaching.metronome import pulse
from imukick.coaching.state import CoachState
from imukick.coaching.wording import rep_texts
from imukick.events import Event, LiftTold, Rep, RepRevised
from imukick.exercises import QUICK_SHARE
from imukick.live.commands import keys_line
from imukick.live.view import FULL_DEG, Shown
from imukick.plans import Cue
from imukick.signals import LegMotion

BAR = 32
BEHIND: Final = 4096
"""Letters that were printed and not shown yet: with more than these the terminal has stopped. Chosen: two panels."""
SAID: Final = frozenset({"safety", "set_end", "switch", "stop", "done", "begin", "rest_over", "last_rep", "note"})
"""Cues that get a line of their own on a terminal."""
SAID_ALREADY: Final = frozenset({"disputed", "claimed", "set_over"})
"""Keys of cues whose event has a line there."""


def lift_text(lift: LiftTold) -> str:
    """What is said of a lift at its top.

    >>> lift_text(LiftTold(3.0, 0.27)), lift_text(LiftTold(3.0, None))
    ('momentum 0.27, quick', 'momentum not known')
    """
    if lift.momentum_lift is None:
        return "momentum not known"
    return f"momentum {lift.momentum_lift:.2f}" + (", quick" if lift.momentum_lift >= QUICK_SHARE else "")


def told_line(event: Event) -> str | None:
    """An event in one line as it is told live; a lift at its top too, a later measurement not."""
    if isinstance(event, LiftTold):
        return f"{clock_text(event.t_s):>8}  lift     {lift_text(event)}"
    return None if isinstance(event, RepRevised) and not event.now_counts else event_line(event)


def pace_text(coach: CoachState) -> str:
    """What is left of a rest, or where the metronome is; empty while there is neither."""
    if coach.rest_left_s is not None:
        return f"rest {coach.rest_left_s:.0f} s" if coach.rest_left_s > 0 else "go on when you are ready"
    if coach.tempo is None or coach.cycle_from_s is None or coach.t_s is None:
        return ""
    now = pulse(coach.tempo, coach.cycle_from_s, coach.t_s)
    return f"{now.phase:<5} {'▮' * round(10 * now.share):<10} {now.left_s:.1f} s"


class TerminalView:
    """Lines of what happens; on a terminal (`panel`) what is so now stands below them."""

    def __init__(self, screen: Screen, *, panel: bool, keys: bool) -> None:
        self._screen = screen
        self._keys = keys
        self._live = Live(console=screen, auto_refresh=False, transient=True) if panel else None
        self._lift = self._last = self._coach = self._pace = ""

    def __enter__(self) -> Self:
        """The view, its panel up."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the panel down; what follows is printed where it stood."""
        if self._live is not None:
            self._live.stop()

    def say(self, line: str) -> None:
        """One line about the session."""
        self._screen.print(line, soft_wrap=self._live is None)

    def event(self, event: Event) -> None:
        """One event. Lifts are shown in the panel where there is one."""
        match event:
            case LiftTold():
                self._lift = lift_text(event)
            case (Rep(counted=True) as rep) | RepRevised(rep=rep, now_counts=True):
                self._last = f"rep {rep.index}: {rep.rom_deg:.0f}°, {'; '.join(rep_texts(rep))}"
            case Rep():
                self._last = f"({event.index}) {'; '.join(rep_texts(event))}"
        line = told_line(event)
        if line is not None and not (self._live is not None and isinstance(event, LiftTold)):
            self.say(line)

    def cue(self, cue: Cue) -> None:
        """What the coach says; counts, praise and what a repetition's own line says already are not repeated."""
        if cue.kind in SAID and cue.key not in SAID_ALREADY:
            self.say(f"coach: {cue.text}")
        if cue.kind != "count":
            self._coach = cue.text

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on; the panel asks for the angle when it is drawn."""

    def changed(self, shown: Shown, coach: CoachState) -> None:  # noqa: ARG002 - what is shown is drawn by `refresh`
        """Something may be otherwise than before."""
        self._pace = pace_text(coach)

    def refresh(self, shown: Shown) -> None:
        """Draw the panel again, unless the terminal has stopped: it would have to show every drawing later."""
        if self._live is not None and self._screen.waiting() <= BEHIND:
            self._live.update(self._panel(shown), refresh=True)

    def _panel(self, shown: Shown) -> Group:
        link = [shown.link]
        link += [] if shown.battery_pct is None else [f"battery {shown.battery_pct} %"]
        link += [] if shown.rate_hz is None else [f"{shown.rate_hz:.0f} Hz"]
        link += [] if shown.loss_share is None else [f"lost {100 * shown.loss_share:.1f} %"]
        now = [f"set {shown.set}", *([] if shown.side == "unknown" else [shown.side])]
        now += [] if shown.load == "none" else [shown.load.replace("-", " ", 1)]
        head = Table.grid(expand=True)
        head.add_column(no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        head.add_row(Text(" · ".join(link), style="dim"), clock_text(shown.elapsed_s))
        aim = "" if shown.aim is None else f" of {shown.aim}"
        state = "waiting: nothing counts yet" if shown.waiting else "break: nothing counts" if shown.paused else ""
        count = Text.assemble(
            (f"{shown.in_set}{aim} rep{'' if shown.in_set == 1 and not aim else 's'}", "bold"),
            " · " + " · ".join([*now, f"{shown.counted} in all"]),
            ("  " + state, "yellow"),
        )
        bar = Table.grid(padding=(0, 1))
        for _ in range(3):
            bar.add_column(no_wrap=True)
        angle = shown.angle_deg
        full_deg = max(shown.most_deg, FULL_DEG)
        bar.add_row(
            ProgressBar(total=full_deg, completed=min(max(angle or 0.0, 0.0), full_deg), width=BAR),
            "angle comes with the first kick" if angle is None else f"{angle:4.0f}°",
            Text(self._lift, style="dim"),
        )
        parts: list[RenderableType] = [Text(""), head, count, bar, Text(self._last or " ")]
        parts += [Text(text, style="bold") for text in (self._pace, self._coach) if text]
        if self._keys:
            parts.append(Text(keys_line(waiting=shown.waiting), style="dim"))
        return Group(*parts)

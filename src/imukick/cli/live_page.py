"""`--page`: the live page beside the terminal; the same session, the same marks, the same words."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from rich.text import Text

from imukick.cli.live_view import View
from imukick.cli.page_wishes import PAGE_HOST, PAGE_PORT, PageWishes
from imukick.cli.screen import Screen, complain
from imukick.coaching.state import CoachState
from imukick.errors import ImukickError
from imukick.events import Event, Rep
from imukick.live import EXPOSED, Board, Page, Teller, code_lines, serving, show_rows, summary_facts
from imukick.plans import Cue
from imukick.signals import LegMotion


class PageView(View):
    """A terminal's view that keeps a page's board up to date as well."""

    def __init__(self, screen: Screen, page: Page, *, panel: bool, keys: bool, title: str, speed: float = 1.0) -> None:
        super().__init__(screen, panel=panel, keys=keys)
        self._board = page.board
        self._teller = Teller(page.board)
        self._came = False
        self._board.show(title=title, speed=speed, link={"up": False, "text": "connecting"})

    def event(self, event: Event) -> None:
        """One event."""
        super().event(event)
        self._teller.heard(event)

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        super().cue(cue)
        self._teller.cue(cue)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        self._came = True
        self._teller.moved(motion)

    def changed(self, coach: CoachState) -> None:
        """Something may be otherwise than before."""
        super().changed(coach)
        shown = self.shown
        self._teller.coached(coach)
        stage = "running"
        if shown.waiting:
            stage = "waiting"
        elif shown.stopped:
            stage = "stopped"
        elif shown.paused:
            stage = "paused"
        elif coach.phase in ("rest", "done"):
            stage = coach.phase
        up = shown.link == "connected"
        self._board.show(
            stage=stage,
            began=True,
            moving=up and self._came and stage in ("running", "rest", "done"),
            link={"up": up, "text": "Connected" if up else shown.link.capitalize()},
            battery_pct=shown.battery_pct,
            rate_hz=None if shown.rate_hz is None else round(shown.rate_hz),
            loss_pct=None if shown.loss_share is None else round(100 * shown.loss_share, 1),
            elapsed_s=math.floor(shown.elapsed_s),
            side=coach.side if coach.plan is not None else shown.side,
        )


@asynccontextmanager
async def paged(wishes: PageWishes, screen: Screen, *, mode: str) -> AsyncIterator[Page | None]:
    """The page while the block runs, its link told; None when none is wanted. Raises `ImukickError` where it cannot be served."""
    if not wishes.page:
        yield None
        return
    board = Board()
    board.show(mode=mode, stage="looking", link={"up": False, "text": "Looking for the sensor"})
    host, port = wishes.host or PAGE_HOST, PAGE_PORT if wishes.port is None else wishes.port
    async with serving(host, port, board) as page:
        tell_link(page, screen)
        page.came_in = lambda address: _came_in(page, screen, address)
        try:
            yield page
        except ImukickError as error:
            board.show(stage="ended", trouble=str(error))
            raise
        finally:
            if board.fact("stage") != "ended":
                board.show(stage="ended")
            await page.goodbye()


async def started(page: Page, title: str) -> None:
    """Until somebody presses Start on the page: what is played does not run away from them."""
    pressed = asyncio.Event()
    before = page.said

    def heard(line: str) -> None:
        if line == "begin":
            pressed.set()
        else:
            before(line)

    page.said = heard
    page.board.show(stage="waiting", title=title, link={"up": True, "text": "Ready"})
    await pressed.wait()
    page.said = before
    page.board.show(stage="looking", link={"up": False, "text": "Looking for the sensor"})


def tell_link(page: Page, screen: Screen) -> None:
    """Say where the page is; beyond this computer what that exposes, and a code for a phone's camera."""
    if screen.quiet:  # standard output holds the table alone
        complain(f"page: {page.link}")
    screen.print(f"page: {page.link}", soft_wrap=True)
    if page.doors.exposed:
        for line in code_lines(page.link):
            screen.print(Text(line, style="white on black"), soft_wrap=True)
        for line in EXPOSED:
            screen.print(line, soft_wrap=True)


def _came_in(page: Page, screen: Screen, address: str) -> None:
    screen.print(f"page: opened from {address}; for one more browser: {page.link}", soft_wrap=True)


def show_end(page: Page, reps: Sequence[Rep] | None, lines: Sequence[str], note: str) -> None:
    """The last thing that the page shows: what the table on the terminal says; None: no sample came."""
    summary = None if reps is None else summary_facts(reps, lines, note)
    show_rows(page.board, reps or ())
    page.board.show(summary=summary, moving=False, stage="ended", trouble=" ".join(lines))

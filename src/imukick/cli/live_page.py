"""`--page`: the live page beside the terminal; the same session, the same marks, the same words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from rich.text import Text

from imukick.analysis import Analysis
from imukick.cli.page_options import PAGE_HOST, PAGE_PORT, PageOptions
from imukick.cli.screen import Screen, complain
from imukick.coaching.language import CODES
from imukick.coaching.wording import language_of
from imukick.errors import ImukickError
from imukick.live.commands import line_command
from imukick.live.stopping import Stop
from imukick.page import EXPOSED, Page, PageState, code_lines, serving, show_rows, speak, summary_facts


@asynccontextmanager
async def paged(wishes: PageOptions, screen: Screen, *, mode: str) -> AsyncIterator[Page | None]:
    """The page while the block runs, its link told; None when none is wanted. Raises `ImukickError` where it cannot be served."""
    if not wishes.page:
        yield None
        return
    board = PageState()
    speak(board, wishes.spoken, chosen=wishes.language is not None)
    board.show(mode=mode, stage="looking", languages=CODES, link={"up": False, "key": "link_looking"})
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


def before_it_begins(page: Page, stop: Stop) -> Callable[[str], None]:
    """What is done with what somebody says on the page while no session runs yet: they may end, and choose a language."""

    def heard(line: str) -> None:
        wish = line_command(line)
        if wish is not None and wish.kind == "quit":
            stop.end()
        elif wish is not None and wish.kind == "language":
            speak(page.board, wish.value, chosen=True)

    return heard


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
    page.board.show(stage="waiting", title=title, link={"up": True, "key": "link_ready"})
    await pressed.wait()
    page.said = before
    page.board.show(stage="looking", link={"up": False, "key": "link_looking"})


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


def show_end(page: Page, analysis: Analysis | None, lines: Sequence[str], recording: str) -> None:
    """The last thing that the page shows: what the table on the terminal says, pain first; None: no sample came."""
    language = language_of(page.board.fact("language"))
    reps = () if analysis is None else analysis.reps
    pain_s = () if analysis is None else analysis.meta["pain_s"]
    summary = None if analysis is None else summary_facts(reps, lines, recording, language, pain_s=pain_s)
    show_rows(page.board, reps)
    page.board.show(summary=summary, moving=False, stage="ended", trouble=" ".join(lines))

"""The page fits small screens: a part of the matrix in a real browser; all of it is tests/acceptance/page_layout.py."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from imukick.page import PageState, serving
from tests.page.browser import browser, needs_chromium, opened, until
from tests.page.layout import FONTS, TAPS, dress, faults_of_layout
from tests.page.states import STATES

SOME: Final = {
    "first": ((320, 568), FONTS[1], True),
    "planned": ((360, 640), FONTS[2], False),
    "rest": ((360, 560), FONTS[1], False),
    "paused": ((667, 375), FONTS[1], True),
    "hurt": ((375, 553), FONTS[0], False),
    "ended": ((320, 568), FONTS[2], True),
}
"""One size, font and text size for some states; each was wrong once. Chosen: a browser that looks costs 0.2 s a state."""


@needs_chromium
def test_nothing_overlaps_and_every_button_is_under_the_finger() -> None:
    found: dict[str, Any] = {}

    async def look(page: Any, name: str) -> None:
        (width, height), font, large = SOME[name]
        await page.set_viewport_size({"width": width, "height": height})
        await dress(page, font, large=large)
        wrong, buttons = await faults_of_layout(page)
        await page.evaluate(TAPS)
        for x, y in buttons:
            await page.touchscreen.tap(x, y)
        tapped = await page.evaluate("tapped")
        missed = [one for one in tapped if one.startswith("not a button")]
        found[name] = [*wrong, *missed, *([] if len(tapped) == len(buttons) else ["a tap was lost"]), *page.errors]

    async def run() -> None:
        async with serving("127.0.0.1", 0, PageState()) as served, browser() as chromium:
            page = None
            for name in SOME:
                served.board = STATES[name]("en").state
                if page is None:
                    page = await opened(chromium, lambda: served.link, {"has_touch": True, "is_mobile": True})
                else:
                    await page.reload()
                await until(page, "f.words")
                await look(page, name)

    asyncio.run(run())
    assert found == {name: [] for name in SOME}

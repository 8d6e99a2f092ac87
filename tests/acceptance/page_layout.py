"""The page on every screen: all its states and languages, in three fonts, at 100 and 200 %, and a finger on every button (in one of the fonts).

    pytest -s tests/acceptance/page_layout.py

Not part of the ordinary suite, which looks at a few of these (tests/page/test_layout.py): this takes 20 minutes.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from imukick.coaching.language import CODES
from imukick.page import PageState, serving
from tests.page.browser import browser, needs_chromium, opened, until
from tests.page.layout import FONTS, SIZES, TAPS, dress, faults_of_layout
from tests.page.states import STATES

pytestmark = [needs_chromium, pytest.mark.timeout(1800)]


async def pressed(page: Any, buttons: list[list[float]]) -> list[str]:
    """What a tap in the middle of each button misses."""
    await page.evaluate("tapped.length = 0")
    for x, y in buttons:
        await page.touchscreen.tap(x, y)
    tapped = await page.evaluate("tapped")
    missed = [one for one in tapped if one.startswith("not a button")]
    return missed if len(tapped) == len(buttons) else [*missed, f"{len(buttons) - len(tapped)} taps lost"]


@pytest.mark.parametrize("language", CODES)
def test_every_state_on_every_screen(language: str) -> None:
    wrong: list[str] = []
    counts = {"looks": 0, "taps": 0}

    async def look(page: Any, what: str, *, tap: bool = True) -> None:
        found, buttons = await faults_of_layout(page)
        counts["looks"] += 1
        if tap:
            found += await pressed(page, buttons)
            counts["taps"] += len(buttons)
        wrong.extend(f"{what}: {one}" for one in found)

    async def look_everywhere(page: Any, name: str) -> None:
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            for font in FONTS:
                for large in (False, True):
                    what = f"{language} {name} {width}x{height} {font}{' 200 %' if large else ''}"
                    await dress(page, font, large=large)
                    await look(page, what, tap=font == FONTS[1])
                    if name == "free" and await page.evaluate("document.body.dataset.nav.includes('more')"):
                        await page.evaluate("document.body.dataset.open = ''")
                        await look(page, f"{what}, more")
                        await page.evaluate("delete document.body.dataset.open")
                    if name == "free":
                        await page.evaluate("document.getElementById('settings').showModal()")
                        await look(page, f"{what}, settings")
                        await page.evaluate("document.getElementById('settings').close()")

    async def run() -> None:
        async with serving("127.0.0.1", 0, PageState()) as served, browser() as chromium:
            page = None
            for name, make in STATES.items():
                served.board = make(language).state
                if page is None:
                    page = await opened(chromium, lambda: served.link, {"has_touch": True, "is_mobile": True})
                else:
                    await page.reload()
                await until(page, "f.words")
                await page.evaluate(TAPS)
                await look_everywhere(page, name)
                wrong.extend(page.errors)

    asyncio.run(run())
    print(f"{language}: {counts['looks']} looks, {counts['taps']} taps, {len(wrong)} faults")
    print("\n".join(wrong[:40]))
    assert wrong == []
    assert counts["taps"] > counts["looks"] / 2

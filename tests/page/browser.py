"""A real Chromium for the tests of the page: found on this computer, driven by playwright, or the test says what it misses."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="needs a Chromium (Debian: apt-get install chromium): the page is tried in a real browser"
)
FLAGS = (
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"),
    *("--disable-component-update", "--disable-background-networking", "--disable-background-timer-throttling"),
    *("--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows"),
)
LAPTOP = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "light",
}
VOICE = """
  window.said = [];
  window.spoken = [];
  const voices = ["en-GB", "de-DE", "fr-FR", "es-ES"].map((lang) => ({ localService: true, lang, default: lang === "en-GB", name: lang }));
  speechSynthesis.getVoices = () => voices;
  speechSynthesis.speak = (words) => {
    window.said.push(words.text);
    window.spoken.push(words.lang);
  };
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
"""Headless browsers have no voice: what would be said is written down instead."""


@asynccontextmanager
async def browser(*more: str) -> AsyncIterator[Any]:
    """A headless Chromium, gone when the block ends."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *more])
        try:
            yield chromium
        finally:
            await chromium.close()


Link = Callable[[], str | None]
"""The newest link that a program has shown; each lets one browser in."""


async def opened(chromium: Any, link: Link, look: dict[str, Any], *, voice: bool = False) -> Any:
    """The page in a window (a browser of its own: no cookie, no settings) of that look; `page.asked`, `page.errors` are kept."""
    context = await chromium.new_context(**look)
    page = await context.new_page()
    if voice:
        await page.add_init_script(VOICE)
    page.asked, page.errors = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda web: page.asked.append(web.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type in ("error", "warning") else None)
    for _ in range(600):
        place = link()
        if place is not None:
            await page.goto(place)
            return page
        await asyncio.sleep(0.05)
    raise AssertionError("no link was shown")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def fact(page: Any, name: str) -> Any:
    """What the page was told under that name."""
    return await page.evaluate(f"imukick.facts[{name!r}]")


async def until(page: Any, what: str) -> None:
    """Until this JavaScript is true on the page; else an assertion that says what the page was told instead."""
    for _ in range(300):
        if await page.evaluate(f"() => {{ const f = imukick.facts; return Boolean({what}); }}"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never so: {what}; but {await page.evaluate('JSON.stringify(imukick.facts)')}, {page.errors}")


Steps = Callable[[Any, Link], Coroutine[Any, Any, None]]
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"

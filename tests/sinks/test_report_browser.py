"""A report in a real Chromium: nothing is asked of anybody, it can be read, hostile text runs nothing, two pages of A4.

Every shipped recording in every look, and axe-core: tests/acceptance/report.py.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from imukick.marks import Mark
from imukick.sinks.report.data import ReportData
from imukick.sinks.report.page import report_html
from tests.page.accessibility import faults
from tests.page.browser import PHONE, browser, needs_chromium
from tests.sinks.test_report import HOSTILE, shipped

pytestmark = needs_chromium
PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass
class Seen:
    """What a browser made of pages: addresses `asked` for, lines `said` in its console, what is `wrong`, `pages` on paper."""

    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)


def seen(
    accounts: Mapping[str, ReportData], looks: Mapping[str, dict[str, Any]], folder: Path, script: str = ""
) -> Seen:
    """Each report opened in each look, its details unfolded, and printed; `script` gives further faults."""
    found = Seen()
    for name, data in accounts.items():
        (folder / f"{name}.html").write_text(report_html(data), encoding="utf-8")

    async def look(chromium: Any, how: str, name: str) -> None:
        page = await chromium.new_page(**looks[how])
        page.on("request", lambda request: found.asked.append(request.url))
        page.on("console", lambda line: found.said.append(line.text))
        page.on("pageerror", lambda error: found.said.append(str(error)))
        await page.goto((folder / f"{name}.html").as_uri())
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        wrong = await faults(page) + (await page.evaluate(script) if script else [])
        if await page.evaluate("window.pwned !== undefined"):
            wrong.append("a script ran")
        if wrong:
            found.wrong[f"{name}, {how}"] = wrong
        if name not in found.pages:
            found.pages[name] = len(PAGE.findall(await page.pdf(prefer_css_page_size=True)))
        await page.close()

    async def all_of_them() -> None:
        async with browser() as chromium:
            for how in looks:
                for name in accounts:
                    await look(chromium, how, name)

    asyncio.run(all_of_them())
    return found


def hostile() -> ReportData:
    """Somebody wrote a page into every name and note of a session."""
    notes = [HOSTILE, "javascript:alert(1)", "https://example.invalid/a.png"]
    marks = [Mark(1.0, "note", HOSTILE)]
    return replace(shipped("quadruped_faults"), name=HOSTILE, person=HOSTILE, remarks=notes, marks=marks)


def test_a_page_asks_for_nothing_runs_nothing_and_can_be_read(tmp_path: Path) -> None:
    found = seen({"hostile": hostile()}, {"phone": PHONE}, tmp_path)
    assert found.asked == [(tmp_path / "hostile.html").as_uri()]
    assert (found.said, found.wrong, found.pages) == ([], {}, {"hostile": 2})

"""Pictures of the live page for its how-to: `python benchmarks/page_pictures.py [FOLDER]` writes docs/img/page/*.png.

Plays a simulated set to `imukick live --page` with the virtual sensor and looks at it with a headless Chromium (needs
the extras `virtual` and `dev`): phone, a small phone (360 × 640) and laptop, dark and light. The times of the pictures are those of the recording, so they look alike from run to run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imukick.plans import Plan, Tempo
from imukick.virtual.radio import Radio
from tests.page.browser import LAPTOP, PHONE, Link, opened, until
from tests.page.held import Session, hold_session

PLAN = Plan("Warm-up", "warm-up", 3, 3, sides=("right",), rest_s=20.0, tempo=Tempo(2, 1, 1.5, 1), lower_deg=55.0)
LOOKS: dict[str, dict[str, Any]] = {
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "small-light": {**PHONE, "viewport": {"width": 360, "height": 640}, "color_scheme": "light"},
    "laptop-light": {**LAPTOP, "color_scheme": "light"},
}
CHOOSE = """(code) => {
  const select = document.getElementById("language");
  select.value = code;
  select.dispatchEvent(new Event("change"));
}"""


def main() -> None:
    """Play, look, write."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "docs" / "img" / "page"
    place.mkdir(parents=True, exist_ok=True)

    async def windows(chromium: Any, link: Link) -> dict[str, Any]:
        return {name: await opened(chromium, link, look) for name, look in LOOKS.items()}

    async def shoot(pages: dict[str, Any], state: str, *names: str) -> None:
        for name in names or pages:
            await pages[name].screenshot(path=place / f"{state}-{name}.png")

    async def session(chromium: Any, link: Link) -> None:
        pages = await windows(chromium, link)
        page = pages["laptop-light"]
        await until(page, "f.stage === 'waiting'")
        await shoot(pages, "ready", "phone-dark", "small-light", "laptop-light")
        for one in pages.values():
            await one.evaluate("imukick.sounds.unlock()")
        await page.get_by_role("button", name="Start").click()
        await until(page, "f.question")
        await shoot(pages, "question", "small-light")
        await page.get_by_role("button", name="No", exact=True).click()
        await until(page, "f.ready_left_s === 2")
        await shoot(pages, "countdown", "small-light")
        await until(page, "f.reps === 2 && f.phase && f.phase.name === 'lift'")
        await shoot(pages, "set", "small-light", "laptop-light", "phone-dark")
        await until(page, "f.stage === 'rest'")
        await shoot(pages, "rest", "phone-dark", "small-light", "laptop-light")
        await until(page, "f.last.tone === 'warn' && f.stage === 'running'")
        await shoot(pages, "correction", "small-light")
        await page.evaluate(CHOOSE, "de")
        await until(page, "f.language === 'de'")
        await shoot(pages, "correction-de", "small-light")
        await page.evaluate(CHOOSE, "en")
        await until(page, "f.language === 'en'")
        await page.get_by_role("button", name="Pain").click()
        await until(page, "f.stage === 'stopped'")
        await shoot(pages, "pain", "small-light")
        await page.get_by_role("button", name="Go on").click()
        await until(page, "f.reps >= 1 && f.stage === 'running'")
        await page.keyboard.press("q")
        await page.keyboard.press("q")
        await until(page, "f.stage === 'ended' && f.summary")
        await shoot(pages, "summary", "small-light", "phone-dark", "laptop-light")

    async def lost(chromium: Any, link: Link) -> None:
        pages = await windows(chromium, link)
        page = pages["laptop-light"]
        await until(page, "f.counted >= 2 && !f.link.up")
        await shoot(pages, "link-lost", "phone-dark", "small-light", "laptop-light")
        await page.keyboard.press("q")
        await page.keyboard.press("q")
        await until(page, "f.stage === 'ended' && f.summary")

    with tempfile.TemporaryDirectory() as folder:
        hold_session(Session("quadruped_faults", speed=1.0, plan=PLAN), Path(folder) / "monday.csv", session)
        radio = Radio(drops_s=((13.0, 22.0),))
        hold_session(Session("quadruped_swings_and_drops", speed=1.0, radio=radio), Path(folder) / "lost.csv", lost)
    print(f"{len(list(place.glob('*.png')))} pictures in {place}")


if __name__ == "__main__":
    main()

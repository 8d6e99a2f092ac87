"""A report on paper: the browser of this computer, headless, prints the page to a PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from imukick.errors import ImukickError

NAMES: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "brave-browser"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge"),
)
"""Programs that print a page in the same way, by what they are called on a search path."""
APPLICATIONS: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
PROGRAMS: Final = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
"""Below the folders of programs of Windows, where nothing is on the search path."""
PATIENCE_S: Final = 90.0
"""Chosen: a slow computer prints a long report within half of it."""


def find_browser(which: Callable[[str], str | None] = shutil.which, system: str = sys.platform) -> Path:
    """A Chromium, or one of its kin. Raises `ImukickError` where there is none."""
    found = next(filter(None, map(which, NAMES)), None)
    places = [Path(found)] if found else []
    if system == "darwin":
        places += [Path(name) for name in APPLICATIONS]
    if system == "win32":
        roots = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        places += [Path(root) / name for root in roots if root for name in PROGRAMS]
    for place in places:
        if place.exists():
            return place
    raise ImukickError(
        "--pdf needs Chromium, Chrome or Edge, and none was found; install one, or open the report and print it"
    )


def print_pdf(browser: Path, page: Path, part: Path) -> None:
    """Print the file `page` to the file `part`. Raises `ImukickError` when the browser does not."""
    with tempfile.TemporaryDirectory(prefix="imukick-", ignore_cleanup_errors=True) as profile:
        printed = Path(profile) / "report.pdf"
        order = [
            str(browser), "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
            f"--user-data-dir={Path(profile) / 'profile'}", f"--print-to-pdf={printed}", page.resolve().as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # it refuses its sandbox to root; the page holds no script
            order.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(order, capture_output=True, timeout=PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            raise ImukickError(
                f"{browser.name} did not print within {PATIENCE_S:.0f} s; open {page} and print it"
            ) from None
        if done.returncode != 0 or not printed.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = f" ({said[-1][:120]})" if said else ""
            raise ImukickError(f"{browser.name} did not print{why}; open {page} and print it")
        shutil.move(printed, part)

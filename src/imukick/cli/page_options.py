"""What the user asks of the live page: `--page`, `--page-host`, `--page-port`, when the count is said, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imukick.coaching.language import CODES
from imukick.coaching.preferences import Preferences
from imukick.coaching.wording import language_of
from imukick.errors import ImukickError

PAGE_HOST: Final = "127.0.0.1"
PAGE_PORT: Final = 8642
"""Chosen: free of the ports that other programs of a desk computer take."""
COUNT_AT: Final = ("top", "end")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Where the page is served, when its coach says the count, and in which language (`CODES`; None: nobody said). Raises `ImukickError` for what cannot be."""

    page: bool = False
    host: str | None = None
    port: int | None = None
    count_at: str = "end"
    language: str | None = None

    def __post_init__(self) -> None:
        if self.count_at not in COUNT_AT:
            raise ImukickError(f"--count-at {self.count_at!r} is not known; known: {', '.join(COUNT_AT)}")
        if self.language not in (None, *CODES):
            raise ImukickError(f"--language {self.language!r} is not known; known: {', '.join(CODES)}")
        if not self.page and (self.host is not None or self.port is not None):
            raise ImukickError("--page-host and --page-port say where the page is; give --page too")

    @property
    def spoken(self) -> str:
        """The language to begin with: English where nobody asked for one."""
        return self.language or "en"

    @property
    def preferences(self) -> Preferences:
        """How the coach counts."""
        return Preferences(count_at="top" if self.count_at == "top" else "end", language=language_of(self.spoken))

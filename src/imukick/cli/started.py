"""When a recording began, as a person types it."""

from __future__ import annotations

from datetime import datetime

from imukick.errors import ImukickError


def read_started(text: str) -> datetime:
    """The date and time, with its zone where one is given. Raises `ImukickError` for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ImukickError(f"--started {text[:40]!r} is no time; write it as 2026-05-01T18:30+02:00") from None

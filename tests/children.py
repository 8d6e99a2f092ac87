"""Processes that a test starts: killed, waited for and their pipes closed when the block ends, however it ends."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PATIENCE_S: Final = 60.0
"""How long a test waits for the end of a process that has nothing left to do (chosen: far above what a busy machine needs)."""


@contextmanager
def running(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """`subprocess.Popen(command, **options)`, which is killed (SIGKILL) when the block ends, if it has not ended by then."""
    with subprocess.Popen(command, **options) as process:  # closes the pipes and waits
        try:
            yield process
        finally:
            process.kill()

"""A Dask cluster of separate processes on loopback, as `dask scheduler` and `dask worker` start it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.children import running

DASK = [sys.executable, "-m", "dask"]
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[Any]]]]:
    """Its address, and the workers' processes (a nanny each, which starts a worker that dies again)."""
    said = folder / "scheduler.json"

    options = ["--host", "127.0.0.1", "--no-dashboard"]
    with ExitStack() as stack:
        command = [*DASK, "scheduler", "--port", "0", "--scheduler-file", str(said), *options]
        stack.enter_context(running(command, **SILENT))
        address = _address(said)
        own = ["--nthreads", "1", "--local-directory", str(folder), *options]
        yield (
            address,
            [stack.enter_context(running([*DASK, "worker", address, *own], **SILENT)) for _ in range(workers)],
        )


def _address(said: Path) -> str:
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        try:
            address: str = json.loads(said.read_text(encoding="utf-8"))["address"]
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
        else:
            return address
    raise TimeoutError("dask scheduler did not start within a minute")

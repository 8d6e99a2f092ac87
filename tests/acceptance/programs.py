"""`imukick` as programs of their own, as a person starts them: what they say is followed, they are waited for or killed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.cli.command import SRC

PATIENCE_S: Final = 240.0
"""How long a test waits for a word; emulated computers take a minute to begin."""


def said_reps(text: str) -> set[int]:
    """The numbers of the repetitions that a live session has printed as counted."""
    return {int(number) for number in re.findall(r"  rep +(\d+) ", text)}


class Program:
    """`imukick` with these arguments; killed when the block ends. What it says goes to files in `folder`.

    `module`: another one of this checkout that is run instead. `files`: how many it may have open.
    """

    def __init__(self, folder: Path, *arguments: object, module: str = "imukick", files: int | None = None) -> None:
        self._folder, self._arguments, self._module = folder, [str(one) for one in arguments], module
        self._files = files

    def __enter__(self) -> Self:
        """Start it."""
        number = len(list(self._folder.glob("*.out")))
        self._out, self._err = (self._folder / f"{number}-{self._module}.{end}" for end in ("out", "err"))
        environment = {
            **os.environ,
            "PYTHONPATH": _path(),
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", self._module, *self._arguments]
        if self._files is not None:
            command = ["sh", "-c", f'ulimit -n {self._files}; exec "$@"', "sh", *command]
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running; where a test failed, show what was said."""
        self.kill()
        if error is not None:
            print(f"{self._arguments}\n{self.out}{self.err}")

    @property
    def out(self) -> str:
        """All of its standard output so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """All of its standard error so far."""
        return self._err.read_text(encoding="utf-8")

    def until(self, text: str, times: int = 1) -> None:
        """Wait until it has said this so often."""
        end_s = time.monotonic() + PATIENCE_S
        while self.out.count(text) < times:
            ended = self._process.poll() is not None
            if self.out.count(text) < times and (ended or time.monotonic() > end_s):
                raise AssertionError(f"{text!r} was not said:\n{self.out}{self.err}")
            time.sleep(0.05)

    def wait(self) -> int:
        """Its exit code, once it ends by itself."""
        return self._process.wait(timeout=PATIENCE_S)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def end(self) -> int:
        """Ask it to end (SIGTERM); its exit code."""
        self._process.terminate()
        return self.wait()

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        self._process.kill()
        self._process.wait()


def _path() -> str:
    """Where a program finds this checkout, and what else the tests were given."""
    return os.pathsep.join([str(SRC), str(SRC.parent), *filter(None, [os.environ.get("PYTHONPATH")])])

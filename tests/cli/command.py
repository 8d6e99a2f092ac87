"""Running the command line: in this process for most tests, as a process of its own where signals and pipes matter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from imukick.cli.app import main
from tests.children import running

SRC = Path(__file__).resolve().parents[2] / "src"
AS_MODULE = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "runpy.run_module('imukick', run_name='__main__')\n"
)
"""`python -m imukick` that hears Ctrl-C, even started by a process that ignores it, as a shell's background jobs do."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `imukick` with these arguments."""

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["imukick", *map(str, args)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


@contextmanager
def started(*args: object, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """`python -m imukick` with these arguments as a process of its own, killed when the block ends."""
    with running(
        [sys.executable, "-c", AS_MODULE, *map(str, args)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1"},
    ) as process:
        yield process


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Within this block no file of this process grows beyond so many bytes, as on a disk that is full."""
    import resource  # Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

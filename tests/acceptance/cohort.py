"""A cohort whose worker is killed, and which is killed itself, and goes on: the tables are those of an untroubled run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from imukick.cohort.inputs import find_items
from imukick.cohort.run import Order, Progress, run
from imukick.cohort.store import Store
from imukick.sinks.cohort_tables import NAMES
from tests.cli.command import started
from tests.cohort.clusters import cluster

if not (find_spec("distributed") and find_spec("pyarrow")):
    pytest.skip("Dask or pyarrow is not installed: pip install 'imukick[cohort]'", allow_module_level=True)

SECONDS = 12
"""Of a recording at 100 Hz, from the middle of its kicks."""


@pytest.fixture
def study(root: Path, tmp_path: Path) -> Path:
    """Twenty recordings, each a little later in the same one."""
    lines = (root / "recordings" / "standing_controlled.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if not line.startswith("#")) + 1
    head = [line for line in lines[:first] if not line.startswith("#!")]
    rows = [line for line in lines[first:] if not line.startswith("#")]
    for n in range(20):
        place = tmp_path / "study" / f"{n:02d}.csv"
        place.parent.mkdir(exist_ok=True)
        place.write_text("".join([*head, *rows[500 + 20 * n :][: 100 * SECONDS]]), encoding="utf-8")
    return tmp_path / "study"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A scheduler and a worker, each a process."""
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster", 1) as (address, _):
        yield address


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120.0
    while not true():
        assert time.monotonic() < deadline, "waited for two minutes"
        time.sleep(0.02)


def test_a_killed_worker_of_this_computer_changes_nothing(study: Path, tmp_path: Path, address: str) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    run(find_items([str(study)]), Store(str(whole)), Order(scheduler=address), lambda _: None)
    with started("cohort", study, "-o", out, "--workers", 2) as process:
        until(lambda: list(out.glob("sessions/*.parquet")))
        os.kill(busiest_child(process.pid), signal.SIGKILL)
        said, wrong = process.communicate()
    assert (process.returncode, wrong) == (0, "")
    assert "20 recordings of 0 people" in said
    assert contents(out) == contents(whole)


def busiest_child(pid: int) -> int:
    """The worker (not the resource tracker): the child that computed most."""
    import psutil  # Dask brings it

    children = psutil.Process(pid).children()
    return int(max(children, key=lambda child: sum(child.cpu_times()[:2])).pid)


def test_a_killed_worker_and_a_killed_run_end_in_the_same_tables(study: Path, tmp_path: Path, address: str) -> None:
    from distributed import Client

    out, whole = tmp_path / "out", tmp_path / "whole"
    with Client(address, timeout=60) as client:
        client.wait_for_workers(1, timeout=60)
        with started("cohort", study, "-o", out, "--scheduler", address) as process:
            until(lambda: list(out.glob("sessions/*.parquet")))
            (pid,) = client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            there = len(list(out.glob("sessions/*.parquet")))
            until(lambda: len(list(out.glob("sessions/*.parquet"))) >= there + 2 or process.poll() is not None)
            process.kill()
            process.wait()
        there = len(contents(out)) // len(NAMES)
        assert there > 0
    watched: list[int] = []

    def watch(progress: Progress) -> None:
        watched.append(progress.kept)

    items = find_items([str(study)])
    found = run(items, Store(str(out)), Order(scheduler=address, resume=True), watch)
    assert (found.total, found.done, found.problems) == (20, 20, 0)
    assert found.kept > 0
    assert watched[-1] == found.kept
    run(items, Store(str(whole)), Order(scheduler=address), watch)
    assert contents(out) == contents(whole)
    assert not list(out.rglob("*.part"))

"""`imukick conform`: the table, the JSON report, and what cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imukick.virtual.device_models import MODELS, OWN, Model
from tests.cli.command import Run
from tests.conformance.broken import BROKEN

pytestmark = pytest.mark.usefixtures("waits_skipped")


def test_the_command_writes_its_report_once(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    words = ("conform", "--sensor", "virtual", "--part", "commands", "--json", str(out))
    done = run(*words)
    assert (done.code, done.err) == (0, "")
    assert "rules kept" in done.out
    assert json.loads(out.read_text(encoding="utf-8"))["conforms"] is True
    again = run(*words)
    assert (again.code, again.out) == (2, "")
    assert "exists already" in again.err


def test_a_broken_rule_is_the_exit_code_and_a_row(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, OWN, Model(BROKEN["EmptyBattery"].make, "imukick broken"))
    done = run("conform", "--sensor", "virtual", "--part", "services")
    assert done.code == 1
    assert "it reads ff" in " ".join(done.out.split())
    assert "broken: battery" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--part", "nonsense"), "part 'nonsense' is not known; known: services"),
        (("--seconds", "0"), "--seconds 0 cannot be; give 1 to 3600"),
        (("--json", "no/such/report.json"), "make it first"),
    ],
)
def test_what_cannot_be_asked_is_one_line(words: tuple[str, ...], said: str, run: Run) -> None:
    done = run("conform", "--sensor", "virtual", *words)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1

"""docs/guide.md and docs/plans.md: every mistake names a verdict or says that it cannot be seen; every key of a plan has its row."""

from __future__ import annotations

import re
import tomllib

import pytest

from imukick.coaching.wording import SAYINGS, VERDICTS
from imukick.sources.plan_files import SHIPPED
from imukick.sources.plan_files import TABLE as PLAN_FILES
from tests.architecture.source_tree import ROOT

GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
PLANS = (ROOT / "docs" / "plans.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Cells of each row of the table below a heading of the guide, without its head."""
    part = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_mistake_names_a_verdict_or_says_that_it_cannot_be_seen() -> None:
    named = set()
    for mistake, verdict, does in rows("Mistakes"):
        word = verdict.strip("`")
        if word == "–":
            assert does.startswith("cannot be seen"), mistake
            continue
        words = [word, *(other for other in re.findall(r"`(\w+)`", does) if other in VERDICTS)]
        assert word in VERDICTS, mistake
        spoken = re.findall(r"\"([^\"]+)\"", does)
        assert [f"{text}." for text in spoken] == [SAYINGS[one].spoken for one in words], mistake
        named |= {*words}
    assert named == set(VERDICTS)


@pytest.mark.parametrize("heading", ["Steps", "Progressions", "What it is for", "Safety"])
def test_every_sentence_has_an_answer(heading: str) -> None:
    found = rows(heading)
    assert len(found) >= 4
    assert [row for row in found if len(row) != 2 or not all(len(cell) > 10 for cell in row)] == []


def test_words_in_backquotes_are_verdicts_plans_or_words_that_exist() -> None:
    keys = {key for name in SHIPPED for key in tomllib.loads(PLAN_FILES.text(name))}
    known = {*VERDICTS, *SHIPPED, *keys, "load_kg", "standing", "quadruped", "leg-by-leg", "set-by-set", "a"}
    known |= {"range_loss_pct", "velocity_loss_pct", "imukick.coaching.safety.pain_key"}
    known |= {'load = "ankle-weight"', 'load = "band"', '"cable"', '"machine"'}
    assert set(re.findall(r"`([^`]+)`", GUIDE)) - known == set()


def test_every_key_of_a_plan_is_explained() -> None:
    explained = set(
        re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in PLANS.splitlines() if line[:1] == "|"))
    )
    asked = PLAN_FILES.keys.keys() | {key for table in PLAN_FILES.tables.values() for key in table}
    assert explained == asked

"""Every core packs every vector, and all of them do the same in every state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firmware_protocol.core_programs import CORES, Answer, python_core
from tests.firmware_protocol.core_scripts import CONTROL, answers, vector_cases, walk

STATES = 6000
"""tests/acceptance/cores.py does 100,000."""


@pytest.fixture(scope="module", params=CORES)
def core(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return CORES[request.param](tmp_path_factory.mktemp("core"))


def test_every_vector_is_packed_byte_for_byte(core: Answer) -> None:
    cases = vector_cases()
    got = list(answers(core(b"".join(operation for _, operation, _ in cases))))
    assert len(got) == len(cases) > 50
    wrong = [name for (name, _, wanted), one in zip(cases, got, strict=True) if one != wanted]
    assert wrong == []


def test_a_random_walk_is_the_same_as_in_cpython(core: Answer, tmp_path: Path) -> None:
    script = walk(STATES, seed=1)
    wanted = python_core(tmp_path)(script)
    assert core(script) == wanted
    replies = {one[1:3].hex() for one in answers(wanted) if len(one) in (3, 11) and one[0] == CONTROL}
    assert replies == REPLIES


REPLIES = {"8100", "8103", "8104", "8105", "8200", "8300", "8301", "8302", "8400", "8500", "8502"}
"""Every reply that there is: a walk that does not meet them all compares too little."""

"""The sensor's side in C and in Python, at length: a hundred thousand states, five minutes of fuzzing, a minute of live stream.

    pytest tests/acceptance/cores.py

Not part of the ordinary suite, which does a little of each.
"""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from imukick.sources.recordings import read_recording
from imukick.virtual.track import endless_track
from tests.acceptance.bluetooth import Say, say
from tests.acceptance.programs import Program
from tests.acceptance.stage import Stage
from tests.firmware_protocol.core_programs import (
    C_CORE,
    CONFORMANCE,
    CORES,
    SANITIZERS,
    WARNINGS,
    compiled_driver,
    needs,
    python_core,
    run,
)
from tests.firmware_protocol.core_scripts import answers, walk

STATES = 100_000
FUZZ_S = 300
__all__ = ["say"]  # a fixture


@pytest.fixture(scope="module")
def long_walk() -> bytes:
    return walk(STATES, seed=20_261_130)


@pytest.fixture(scope="module")
def wanted(long_walk: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return python_core(tmp_path_factory.mktemp("python"))(long_walk)


@pytest.mark.parametrize("name", CORES)
def test_a_hundred_thousand_states_are_the_same(
    name: str, long_walk: bytes, wanted: bytes, tmp_path: Path, say: Say
) -> None:
    got = CORES[name](tmp_path)(long_walk)
    sent = [one for one in answers(got) if one[:1] == b"\1" and len(one) > 19 and one[1:2] == b"\1"]
    say(f"{STATES} states, {len(got)} bytes of answers, {len(sent)} packets shown or sent")
    assert got == wanted
    assert len(sent) > 1000


@pytest.mark.parametrize("compiler", ["clang", "gcc"])
def test_five_minutes_of_any_operations(compiler: str, tmp_path: Path, say: Say) -> None:
    """LibFuzzer where clang is; random lives with gcc. AddressSanitizer and UndefinedBehaviorSanitizer watch both."""
    program = tmp_path / "fuzz"
    sources = (
        CONFORMANCE / "fuzz.c",
        CONFORMANCE / "core_driver.c",
        C_CORE / "imukick_v1.c",
        C_CORE / "imukick_v1_read.c",
    )
    if compiler == "gcc":
        run(needs("gcc", "gcc libc6-dev"), *WARNINGS, *SANITIZERS, f"-I{C_CORE}", *sources, "-o", program)
        say(run(program, str(FUZZ_S), "1").strip())
        return
    clang = next((name for name in ("clang", "clang-14", "clang-16", "clang-19") if shutil.which(name)), None)
    if clang is None:
        pytest.skip("needs clang with libFuzzer: apt-get install --no-install-recommends clang libclang-rt-14-dev")
    flags = ("-DLIBFUZZER", "-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
    run(clang, *WARNINGS, *flags, f"-I{C_CORE}", *sources, "-o", program)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    limits = (f"-max_total_time={FUZZ_S}", "-max_len=4000", f"-artifact_prefix={tmp_path}/", "-print_final_stats=1")
    run(program, *limits, corpus)
    say(f"{len(list(corpus.iterdir()))} inputs that differ in what they reach")


@pytest.mark.parametrize("rate_hz", [100, 200, 400])
def test_a_minute_live_from_the_c_core(rate_hz: int, tmp_path: Path, say: Say) -> None:
    """Three programs: the C core, a radio in front of it, `imukick live`."""
    driver, stage = compiled_driver(tmp_path), Stage(tmp_path / "bluetoothd.log")
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    served = (driver, "virtual-sensor", "--radio", stage.radio, "--rate-hz", rate_hz)
    with Program(tmp_path, *served, module="tests.conformance.serve_core") as sensor:
        sensor.until("advertising")
        stage.wait_ready()
        options = (*stage.options, "--duration", 60, "--record", recording, "--out", table)
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
        quality = next(line for line in live.out.splitlines() if line.startswith("time quality"))
        say(f"{rate_hz} Hz: {quality}")
        assert "0.00 % lost, no gap" in quality
        assert "repeated" not in quality
        sensor.end()
        assert "lost 0, repeated 0 packets" in sensor.out
        assert sensor.err == ""
    samples, sent = read_recording(recording).samples, list(islice(endless_track(rate_hz=rate_hz).pieces(), 3))
    n = len(samples)
    assert 60.0 <= samples.t_s[-1] - samples.t_s[0] < 62.0
    assert np.abs(samples.t_s - np.concatenate([piece.t_s - sent[0].t_s[0] for piece in sent])[:n]).max() < 0.001
    assert np.abs(samples.gyr_radps - np.concatenate([piece.gyr_radps for piece in sent])[:n]).max() < 1e-3
    with Program(tmp_path, "replay", recording, "--one-pass", "--out", tmp_path / "replay.reps.csv") as replay:
        assert replay.wait() == 0
    assert table.read_bytes() == (tmp_path / "replay.reps.csv").read_bytes()
    assert table.with_suffix(".meta.json").read_bytes() == (tmp_path / "replay.reps.meta.json").read_bytes()
    assert len(table.read_text(encoding="utf-8").splitlines()) > 8

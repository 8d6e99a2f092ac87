"""The board programs as far as that goes without a board: sketches and Zephyr against declarations, Python in MicroPython with a stand-in radio."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from imukick.sensors.imukick_v1 import SERVICE, CommandCode, Status, parse_config, parse_reply, parse_stream
from tests.firmware_protocol.core_programs import C_CORE, MICROPYTHON, PROTOCOL, PYTHON_CORE, needs, run

BOARDS = PROTOCOL / "reference" / "boards"
PYTHON = PROTOCOL / "reference" / "python"
STUBS = Path(__file__).with_name("board_stubs")


@pytest.mark.parametrize("name", ["xiao_nrf52840_sense", "nano33_ble_sense"])
def test_a_sketch_compiles_against_declarations(name: str) -> None:
    gxx = needs("g++", "g++")
    warned = ("-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only")
    run(gxx, *warned, f"-I{STUBS}", f"-I{C_CORE}", "-include", "Arduino.h", "-x", "c++", BOARDS / name / f"{name}.ino")


def test_the_zephyr_application_compiles_against_declarations() -> None:
    gcc = needs("gcc", "gcc libc6-dev")
    warned = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only")
    run(gcc, *warned, f"-I{STUBS}", f"-I{C_CORE}", BOARDS / "zephyr" / "src" / "main.c")


def in_micropython(statement: str, *files: Path) -> list[str]:
    """The lines that a statement prints in MicroPython, with these files on its path."""
    node = needs("node", "nodejs npm")
    if not (MICROPYTHON / "micropython.mjs").is_file():
        pytest.skip("needs MicroPython: .ci/run fetches it from npm")
    return run(node, STUBS / "run_board.mjs", MICROPYTHON, statement, *files).splitlines()


def test_the_esp32_program_holds_a_session_in_micropython() -> None:
    own = [PYTHON_CORE, PYTHON / "fifo_clock.py", *(BOARDS / "esp32_micropython").glob("*.py")]
    lines = in_micropython("import session", *own, *(STUBS / "micropython").glob("*.py"))
    assert len(bytes.fromhex(lines[0].split()[1])) <= 31
    assert bytes.fromhex(SERVICE.replace("-", ""))[::-1] in bytes.fromhex(lines[0].split()[1])
    assert lines[1] == "configure 200000 16 2000"
    config = parse_config(bytes.fromhex(next(line for line in lines if line.startswith("config ")).split()[1]))
    assert (config.rate_hz, config.mtu, config.samples) == (200.0, 247, 19)
    sent = [
        (kind, bytes.fromhex(data))
        for kind, data in (line.split() for line in lines if line[0] == "s" or (line[:3] == "con" and line[3] == "t"))
    ]
    replies = [parse_reply(data) for kind, data in sent if kind == "control"]
    assert [(one.code, one.status) for one in replies] == [
        (CommandCode.START, Status.OK),
        (CommandCode.SET, Status.BUSY),
        (CommandCode.STOP, Status.OK),
    ]
    assert (sent[0][0], sent[-1][0]) == ("control", "control")
    packets = [parse_stream(data) for kind, data in sent if kind == "stream"]
    assert [one.seq for one in packets] == list(range(len(packets)))
    assert len(packets) >= 4
    numbers = np.concatenate([one.counts[:, 0] for one in packets])
    assert (np.diff(numbers) == 1).all()
    start_us = replies[0].uptime_us
    assert start_us is not None
    assert packets[0].t_us >= start_us
    assert all(two.t_us > one.t_us for one, two in itertools.pairwise(packets))


@pytest.mark.parametrize("path", sorted(BOARDS.glob("*/*.py")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_board_program_is_python_that_micropython_reads(path: Path) -> None:
    statement = f"compile(open('/{path.name}').read(), '{path.name}', 'exec'); print('read')"
    assert in_micropython(statement, path) == ["read"]


TRIAL = """
#include <stdio.h>
#include "fifo_clock.h"
int main(void) {
    fifo_clock clock; unsigned long long now; unsigned n, rate;
    if (scanf("%u", &rate) != 1) return 1;
    fifo_clock_begin(&clock, rate);
    while (scanf("%llu %u", &now, &n) == 2) {
        fifo_clock_look(&clock, now, (uint16_t)n);
        for (unsigned i = 0; i < n; i++) printf("%llu\\n", (unsigned long long)fifo_clock_at(&clock, (uint16_t)n, (uint16_t)i));
    }
    return 0;
}
"""


@pytest.mark.parametrize(("rate_hz", "share"), [(104, 0.91), (208, 1.0), (208, 1.07), (416, 0.93)])
def test_readings_of_a_fifo_have_their_times_within_a_tenth_of_a_period(
    rate_hz: int, share: float, tmp_path: Path
) -> None:
    """The part measures at `share` of its rate; it is looked at every 10 to 30 ms, and now and then 80 ms late."""
    draw, period_us = random.Random(rate_hz), 1e6 / (rate_hz * share)
    now_us, done, truth_us, looks = 1000.0, 0, [], list[tuple[int, int]]()
    while now_us < 100e6:
        now_us += draw.uniform(10_000, 30_000) + (80_000 if draw.random() < 0.02 else 0)
        newest = int(now_us / period_us)
        if newest > done:
            looks.append((int(now_us), newest - done))
            truth_us += [one * period_us for one in range(done + 1, newest + 1)]
            done = newest
    sys.path.insert(0, str(PYTHON))
    try:
        from fifo_clock import FifoClock  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(PYTHON))
    clock = FifoClock(rate_hz * 1000)
    stamped_us = [t_us for at_us, n in looks for t_us in clock.look(at_us, n)]
    off = (np.array(stamped_us) - np.array(truth_us)) / period_us
    settled = np.array(truth_us) > 60e6
    assert np.abs(off[settled]).max() < 0.1
    assert (np.diff(stamped_us)[settled[1:]] > 0).all()
    gcc = needs("gcc", "gcc libc6-dev")
    (tmp_path / "trial.c").write_text(TRIAL, encoding="utf-8")
    warned = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsanitize=address,undefined")
    run(gcc, *warned, f"-I{C_CORE}", tmp_path / "trial.c", C_CORE / "fifo_clock.c", "-o", tmp_path / "trial")
    words = f"{rate_hz * 1000}\n" + "\n".join(f"{at_us} {n}" for at_us, n in looks)
    done_c = subprocess.run([tmp_path / "trial"], input=words, capture_output=True, text=True, check=True)
    assert [int(one) for one in done_c.stdout.split()] == stamped_us

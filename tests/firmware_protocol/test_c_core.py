"""The C core by itself: all vectors both ways with its sanitizers on, refusals at power-on, what it weighs on a Cortex-M4."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.firmware_protocol.core_programs import C_CORE, CORTEX_M4, SANITIZERS, WARNINGS, c_core, needs, run
from tests.firmware_protocol.core_scripts import ACC, GYR, answers, power_on
from tests.firmware_protocol.vectors import vectors


def test_every_vector_is_read_and_packed_by_the_c_functions(tmp_path: Path) -> None:
    gcc, library = needs("gcc", "gcc libc6-dev"), tmp_path / "imukick_v1.so"
    sources = (C_CORE / "imukick_v1.c", C_CORE / "imukick_v1_read.c")
    run(gcc, *WARNINGS, *SANITIZERS, "-shared", "-fPIC", f"-I{C_CORE}", *sources, "-o", library)
    asan = run(gcc, "-print-file-name=libasan.so").strip()
    environment = os.environ | {"LD_PRELOAD": asan, "ASAN_OPTIONS": "detect_leaks=0"}
    said = run(sys.executable, "-I", Path(__file__).with_name("c_vectors.py"), library, env=environment)
    many = sum(len(vectors(name)) for name in ("stream", "config", "control"))
    assert said.splitlines() == [f"{many} vectors"]


@pytest.mark.parametrize(
    ("what", "script"),
    [
        ("no rate", power_on([], ACC, GYR)),
        ("a rate in Hz", power_on([200], ACC, GYR)),
        ("no range", power_on([200_000], [], GYR)),
        ("a scale in micro-g", power_on([200_000], [(16, 488, 32767)], GYR)),
        ("a range that its scale does not reach", power_on([200_000], ACC, [(2000, 7_629_395, 32767)])),
        ("a clip beyond int16", power_on([200_000], [(16, 488_281, 32768)], GYR)),
    ],
)
def test_a_part_that_no_host_would_take_is_refused_at_power_on(what: str, script: bytes, tmp_path: Path) -> None:
    core = c_core(tmp_path, flags=("-O0",))
    assert list(answers(core(script))) == [b"\0"], what
    assert list(answers(core(power_on([200_000], ACC, GYR)))) == [b"\1"]


def sizes(text: str) -> dict[str, int]:
    """Section -> bytes, of `size -A`."""
    return {name: int(size) for name, size in re.findall(r"^(\.\w[\w.]*)\s+(\d+)", text, flags=re.MULTILINE)}


def test_the_page_says_what_the_core_weighs(tmp_path: Path) -> None:
    gcc = needs("arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi")
    code = tmp_path / "core.o"
    run(gcc, *WARNINGS, *CORTEX_M4, "-c", C_CORE / "imukick_v1.c", "-o", code)
    found = sizes(run("arm-none-eabi-size", "-A", code))
    weight = sum(size for name, size in found.items() if name.startswith((".text", ".rodata")))
    assert sum(size for name, size in found.items() if name.startswith((".data", ".bss"))) == 0
    sensor = tmp_path / "sensor.c"
    sensor.write_text('#include "imukick_v1.h"\nimukick_v1 sensor;\n', encoding="utf-8")
    run(gcc, *WARNINGS, *CORTEX_M4, f"-I{C_CORE}", "-c", sensor, "-o", tmp_path / "sensor.o")
    ram = sizes(run("arm-none-eabi-size", "-A", tmp_path / "sensor.o"))
    said = (C_CORE / "README.md").read_text(encoding="utf-8")
    told_code, told_ram = (int(re.search(rf"\| {what} \| (\d+)", said)[1]) for what in ("code", "RAM"))  # type: ignore[index]
    assert abs(weight - told_code) <= 0.1 * told_code, f"{weight} bytes of code"
    assert max(size for name, size in ram.items() if name.startswith(".bss")) == told_ram

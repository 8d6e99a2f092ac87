"""The cores as programs: C on this computer with its sanitizers, C on an emulated Cortex-M4, CPython, MicroPython."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source_tree import ROOT

PROTOCOL: Final = ROOT / "firmware_protocol"
CONFORMANCE: Final = PROTOCOL / "conformance"
C_CORE: Final = PROTOCOL / "reference" / "c"
PYTHON_CORE: Final = ROOT / "src" / "imukick" / "virtual" / "imukick_v1_device.py"
WARNINGS: Final = (
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Werror",
)
SANITIZERS: Final = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
CORTEX_M4: Final = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-ffunction-sections", "-fdata-sections")
MICROPYTHON: Final = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "imukick/micropython/node_modules/@micropython/micropython-webassembly-pyscript"
)
"""Where `.ci/run` puts MicroPython's WebAssembly build."""
PATIENCE_S: Final = 600.0

Answer = Callable[[bytes], bytes]
"""A script in, the answers out."""


def needs(program: str, package: str) -> str:
    """The program's path; the test is skipped, and says what to install, where it is missing."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}: apt-get install --no-install-recommends {package}")
    return found


def run(*command: str | Path, **options: object) -> str:
    """What a program prints; its complaint fails the test."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE_S, check=False, **options
    )  # type: ignore[call-overload]  # options are subprocess's own
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def compiled_driver(folder: Path, *, core: Path = C_CORE, flags: tuple[str, ...] = SANITIZERS) -> Path:
    """core_driver for this computer, around the core in the folder `core`."""
    gcc = needs("gcc", "gcc libc6-dev")
    program = folder / "core_driver"
    sources = (CONFORMANCE / "core_driver_main.c", CONFORMANCE / "core_driver.c", core / "imukick_v1.c")
    run(gcc, *WARNINGS, *flags, f"-I{core}", *sources, "-o", program)
    return program


def c_core(folder: Path, *, core: Path = C_CORE, flags: tuple[str, ...] = SANITIZERS) -> Answer:
    """The C core on this computer."""
    program = compiled_driver(folder, core=core, flags=flags)

    def answer(script: bytes) -> bytes:
        (folder / "script").write_bytes(script)
        run(program, folder / "script", folder / "answers")
        return (folder / "answers").read_bytes()

    return answer


def cortex_m4_core(folder: Path) -> Answer:
    """The C core on a Cortex-M4, which QEMU emulates; its files come by semihosting."""
    gcc = needs("arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi")
    qemu = needs("qemu-system-arm", "qemu-system-arm")
    program = folder / "core_driver.elf"
    start = CONFORMANCE / "cortex_m4"
    sources = (
        CONFORMANCE / "core_driver_main.c",
        CONFORMANCE / "core_driver.c",
        C_CORE / "imukick_v1.c",
        start / "vectors.c",
    )
    linked = ("--specs=rdimon.specs", "-T", start / "mps2_an386.ld", f"-I{C_CORE}")
    run(gcc, *WARNINGS, *CORTEX_M4, *linked, *sources, "-o", program)

    def answer(script: bytes) -> bytes:
        (folder / "script").write_bytes(script)
        words = ",".join(f"arg={word}" for word in ("core_driver", folder / "script", folder / "answers"))
        board = ("-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none")
        run(qemu, *board, "-semihosting-config", f"enable=on,target=native,{words}", "-kernel", program)
        return (folder / "answers").read_bytes()

    return answer


def python_core(folder: Path, *, device: Path = PYTHON_CORE) -> Answer:
    """The Python core in CPython, copied alone into a folder as onto a board."""
    shutil.copy(device, folder / "imukick_v1_device.py")
    shutil.copy(CONFORMANCE / "core_driver.py", folder)
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); import core_driver; "
        "core_driver.answers(open(sys.argv[1], 'rb').read(), open(sys.argv[2], 'wb').write)"
    )

    def answer(script: bytes) -> bytes:
        (folder / "script").write_bytes(script)
        run(sys.executable, "-I", "-c", program, folder / "script", folder / "answers")
        return (folder / "answers").read_bytes()

    return answer


def micropython_core(folder: Path) -> Answer:
    """The same file in MicroPython, which Node runs."""
    node = needs("node", "nodejs npm")
    if not (MICROPYTHON / "micropython.mjs").is_file():
        pytest.skip(
            "needs MicroPython: npm install --prefix ~/.cache/imukick/micropython @micropython/micropython-webassembly-pyscript"
        )

    def answer(script: bytes) -> bytes:
        (folder / "script").write_bytes(script)
        runner = CONFORMANCE / "run_micropython.mjs"
        said = run(node, runner, MICROPYTHON, PYTHON_CORE, folder / "script", folder / "answers")
        assert said.startswith("micropython ")
        return (folder / "answers").read_bytes()

    return answer


CORES: Final[dict[str, Callable[[Path], Answer]]] = {
    "C": c_core,
    "C on a Cortex-M4": cortex_m4_core,
    "CPython": python_core,
    "MicroPython": micropython_core,
}

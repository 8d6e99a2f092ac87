"""Runs pytest in a virtual machine that has a whole Linux Bluetooth: kernel, D-Bus, BlueZ; no hardware, no KVM.

    python -m tests.bluez_guest.guest tests/acceptance/bluetooth.py -k link

`missing` says in one line why this computer cannot; `run` builds the image when it is not there yet (a minute, as
root), boots it, shows what pytest says and gives its exit code.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
TOOLS: Final = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "cpio": "cpio",
    "zstd": "zstd",
}
"""Programs that building and running need, and the Debian packages that have them."""
PYTHON: Final = (3, 11)
"""Debian 12's; the libraries of the Python that runs this are used in the guest, compiled ones too."""
MEMORY_MIB: Final = 1536
LIMIT_S: Final = 7200.0
"""Chosen: several times what all tests need; an emulated processor is slow, and slower beside other work."""
FAILED: Final = 99
"""When the guest never came as far as pytest."""


def missing() -> str | None:
    """What this computer lacks, in one line that says what to do; None when nothing is."""
    packages = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    if packages:
        return f"BlueZ in a virtual machine needs: apt-get install --no-install-recommends {' '.join(packages)}"
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "BlueZ in a virtual machine needs Linux on x86_64"
    if sys.version_info[:2] != PYTHON:
        return f"BlueZ in a virtual machine has Python 3.11: run pytest with that, not {platform.python_version()}"
    if not _built() and os.geteuid() != 0:
        return f"BlueZ in a virtual machine has to be built once, as root: sudo {HERE / 'build'} {images()}"
    return None


def images() -> Path:
    """Where kernel and initramfs are; another folder whenever their recipe changes."""
    recipe = b"".join((HERE / name).read_bytes() for name in ("build", "init"))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "imukick" / f"bluez_guest-{hashlib.sha256(recipe).hexdigest()[:12]}"


def _built() -> bool:
    return (images() / "initramfs.zst").is_file()


def run(arguments: Sequence[str], show: Callable[[str], None]) -> int:
    """The exit code of pytest for these arguments in the guest, or 99; each line that it prints goes to `show`."""
    if not _built():
        show(f"building {images()}")
        subprocess.run([HERE / "build", images()], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="imukick-guest-") as name:
        out = Path(name)
        command = shlex.join(["python3", "-m", "pytest", "-p", "no:cacheprovider", *arguments])
        words = "IMUKICK_BLUETOOTH=bluez HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis"
        (out / "job").write_text(f"{words} {command}\n", encoding="utf-8")
        with subprocess.Popen(
            ["timeout", f"{LIMIT_S}", *_machine(out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as machine:
            assert machine.stdout is not None
            try:
                for line in machine.stdout:
                    show(line.rstrip())
            finally:
                machine.terminate()  # `timeout` hands this on to the machine
        code = out / "code"
        return int(code.read_text(encoding="utf-8")) if code.exists() else FAILED


def _machine(out: Path) -> list[str]:
    """The command that boots: one emulated processor, a serial line for output, three folders of this computer.

    The guest's clock counts its processor's instructions, four nanoseconds each, and goes with this computer's where the guest
    waits. So a busy computer makes a run longer, and nothing that is timed in it any later.
    """
    folders = {"out": (out, ""), "repo": (ROOT, ",readonly=on")}
    folders["wheels"] = (Path(sysconfig.get_paths()["purelib"]), ",readonly=on")
    shares = [
        f"local,path={path},mount_tag={tag},security_model=none{readonly}" for tag, (path, readonly) in folders.items()
    ]
    return [
        *("qemu-system-x86_64", "-machine", "pc", "-accel", "tcg", "-icount", "shift=2,sleep=on", "-cpu", "max"),
        *(
            "-m",
            str(MEMORY_MIB),
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-display",
            "none",
            "-serial",
            "stdio",
        ),
        *("-kernel", str(images() / "kernel"), "-initrd", str(images() / "initramfs.zst")),
        *("-append", "console=ttyS0 quiet loglevel=2 panic=-1 mitigations=off"),
        *(word for share in shares for word in ("-virtfs", share)),
    ]


if __name__ == "__main__":
    lack = missing()
    if lack is not None:
        sys.exit(lack)
    sys.exit(run(sys.argv[1:], print))

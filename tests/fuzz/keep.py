"""Folders of inputs -> `corpus/ROOM.bin`: the smallest that reach something new. `python -m tests.fuzz.keep decoders|readers FOLDER…`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.fuzz import decoders, readers

LARGEST = 1500
"""Bytes of an input that is kept; chosen: the repository stays small, and so does the time to try it again."""
FINDINGS = "crash-"
"""Inputs whose names hold this are always kept."""


def lines_of(room: str, data: bytes, folder: Path) -> set[tuple[str, int]]:
    """Which lines of imukick an input reaches."""
    seen: set[tuple[str, int]] = set()

    def trace(frame: object, event: str, _arg: object) -> object:
        code = frame.f_code  # type: ignore[attr-defined]
        if "/imukick/" not in code.co_filename:
            return None
        if event == "line":
            seen.add((code.co_filename, frame.f_lineno))  # type: ignore[attr-defined]
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        if room == "decoders":
            decoders.session(data)
        else:
            readers.attempt(data, folder)
    finally:
        sys.settrace(None)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return seen


def main(room: str, folders: list[str]) -> None:
    """Write the corpus and say how large it is."""
    paths = [path for folder in folders for path in Path(folder).iterdir() if path.is_file()]
    paths = [path for path in paths if path.stat().st_size <= LARGEST or FINDINGS in path.name]
    reached: set[tuple[str, int]] = set()
    kept: list[bytes] = []
    with tempfile.TemporaryDirectory() as place:
        for path in sorted(paths, key=lambda path: (FINDINGS not in path.name, path.stat().st_size, path.name)):
            data = path.read_bytes()
            new = lines_of(room, data, Path(place)) - reached
            if new or FINDINGS in path.name:
                reached |= new
                kept.append(data)
    out = b"".join(len(data).to_bytes(2, "little") + data for data in kept)
    (Path(__file__).resolve().parent / "corpus" / f"{room}.bin").write_bytes(out)
    print(f"{room}: {len(kept)} of {len(paths)} inputs, {len(out)} bytes, {len(reached)} lines of imukick")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

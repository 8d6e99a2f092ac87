"""Coverage-guided fuzzing: `python -m tests.fuzz.run decoders|decoders:NAME|histories|marks|messages|phone|readers [OPTIONS OF LIBFUZZER] FOLDERS`; see README.md."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Runs until an option or a finding ends it."""
    import atheris

    with atheris.instrument_imports(include=["imukick"]):
        from tests.fuzz import decoders, histories, phone, readers, words

    room, _, name = sys.argv.pop(1).partition(":")
    first = bytes([decoders.NAMES.index(name)]) if name else b""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        simple = {"phone": phone.session, "marks": words.mark, "messages": words.message}
        original = histories.whole(place) if room == "histories" else b""

        def one(data: bytes) -> None:
            if room == "decoders":
                decoders.session(first + data[len(first) :])
                return
            if room in simple:
                simple[room](data)
                return
            if room == "histories":
                histories.attempt(data, place, original)
            else:
                readers.attempt(data, place)
            for path in place.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

        atheris.Setup(sys.argv, one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

"""A recording that is written while it is made: what has been given to it survives whatever happens to the program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from imukick.errors import RecordingError
from imukick.marks import Mark
from imukick.signals import Samples
from imukick.sinks.recording_csv import head_lines, mark_line, row_lines
from imukick.sinks.whole_file import check_place

_FRESH: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Journal:
    """A recording in our own format at `path`, which must not exist yet; `meta` as in `write_recording`.

    Samples and marks are given in the order in which the engine gets them. Each call hands whole lines to the
    operating system at once, so that a program that is killed loses nothing; `sync`, called once a second, makes a
    computer that loses its power lose no more than that second. The first samples say the clock and the ranges.

    Nobody but its owner can read the file. Raises `RecordingError`: the file exists, its folder does not or cannot be written; and from `append`, `mark` and
    `sync` when the disk refuses. A line that was refused in its middle is taken out again, and the file is closed.
    """

    def __init__(self, path: Path, meta: Mapping[str, Any]) -> None:
        check_place(path, force=False)
        self.path = path
        self._meta = dict(meta)
        self._begun: Samples | None = None
        self._whole = 0  # bytes that end with a whole line
        self._early: list[Mark] = []  # marks before the first sample
        try:
            self._file: int | None = os.open(path, _FRESH, 0o600)
        except FileExistsError:
            raise RecordingError("exists already; name another file", path=path) from None
        except OSError as error:
            raise RecordingError(f"cannot be written: {error.strerror or error}", path=path) from error

    def __enter__(self) -> Self:
        """The journal itself; it is closed when the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @property
    def open(self) -> bool:
        """Whether more can be given to it."""
        return self._file is not None

    def tell(self, **words: Any) -> None:
        """More for the header. Raises `ValueError` after the first samples."""
        if self._begun is not None:
            raise ValueError("the header is written; samples have come")
        self._meta |= words

    def append(self, samples: Samples) -> None:
        """Samples as they came; not earlier than those before. Raises `ValueError` for another clock or range."""
        if not len(samples):
            return
        if self._begun is None:
            self._begun = samples.part(0, 1)
            self._write(head_lines(self._meta, samples) + "".join(map(mark_line, self._early)) + row_lines(samples))
            return
        first = self._begun
        if (samples.clock, samples.acc_range_mps2, samples.gyr_range_radps) != (
            first.clock,
            first.acc_range_mps2,
            first.gyr_range_radps,
        ):
            raise ValueError("the sensor's clock or ranges have changed; one recording has one of each")
        self._write(row_lines(samples))

    def mark(self, mark: Mark) -> None:
        """A mark, at a time behind the samples before it and not behind those that follow."""
        if self._begun is None:
            self._early.append(mark)
        else:
            self._write(mark_line(mark))

    def sync(self) -> None:
        """Wait until what was given so far is on the disk; may run in another thread, if `close` waits for it to end."""
        if self._file is None:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._refused(error) from error

    def there(self) -> bool:
        """Whether its file is still under its name: somebody may delete or move a folder while a session runs."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file), self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """End the recording. A file without any sample is removed."""
        if self._file is None:
            return
        there = self.there()
        os.close(self._file)
        self._file = None
        if self._whole == 0 and there:
            self.path.unlink(missing_ok=True)

    def _write(self, lines: str) -> None:
        if self._file is None:
            raise ValueError("the recording has ended")
        left = memoryview(lines.encode("utf-8"))
        size = len(left)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            with suppress(OSError):  # a disk that takes nothing back either leaves half a line; replay can read that
                os.ftruncate(self._file, self._whole)
            self.close()
            raise self._refused(error) from error
        self._whole += size

    def _refused(self, error: OSError) -> RecordingError:
        return RecordingError(f"the recording ends here: {error.strerror or error}", path=self.path)

"""A recording written by a thread of its own: the session never waits for a disk, and what the disk lost is written again."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final, Self

from imukick.errors import RecordingError
from imukick.marks import Mark
from imukick.signals import Samples
from imukick.sinks.arrivals_csv import ArrivalsJournal, arrivals_path
from imukick.sinks.journal import Journal
from imukick.sinks.whole_file import free_name

SYNC_S: Final = 1.0
"""How often the recording is put on the disk."""
CLOSE_S: Final = 10.0
"""How long the end waits for a disk that does not answer. Chosen: a sleeping hard disk needs up to five seconds."""


class _End:
    """The last item of the queue."""


class Recorder:
    """A `Journal` whose `append` and `mark` return at once; a thread writes, and syncs once a second.

    `trouble`: why nothing more is written, None while all is well; nothing here raises it. `path`: where the file is, which
    changes when its folder is deleted and another file has taken its name. What was given is held, so that a deleted file or folder is made again
    within a second, and a file that a full disk cut short is tried once more, whole, when the recording ends.

    Raises `RecordingError` when the file cannot be made, as `Journal` does.
    """

    def __init__(self, path: Path, meta: Mapping[str, Any]) -> None:
        self._journal = Journal(path, meta)
        self._meta = dict(meta)
        self._held: list[Samples | Mark] = []
        self._arrived: list[tuple[float, float]] = []
        self._arrivals: ArrivalsJournal | None = None
        self._queue: SimpleQueue[Samples | Mark | tuple[float, float] | dict[str, Any] | _End] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._closed = False
        self.path = path
        self.trouble: RecordingError | None = None
        self._thread.start()

    def __enter__(self) -> Self:
        """The recorder itself; it is closed when the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def tell(self, **words: Any) -> None:
        """More for the header; before the first samples."""
        self._queue.put(words)

    def append(self, samples: Samples) -> None:
        """Samples as they came; not earlier than those before, of the same clock and ranges."""
        if len(samples):
            self._queue.put(samples)

    def mark(self, mark: Mark) -> None:
        """A mark, at a time behind the samples before it and not behind those that follow."""
        self._queue.put(mark)

    def arrived(self, t_s: float, arrival_s: float) -> None:
        """A packet whose last sample is at `t_s` came; the table of these lies beside the recording, whose header names it (`arrivals`)."""
        self._queue.put((t_s, arrival_s))

    def close(self) -> None:
        """Write the rest and end the recording; a file without a sample is removed."""
        if not self._closed:
            self._closed = True
            self._queue.put(_End())
        self._thread.join(CLOSE_S)
        if self._thread.is_alive() and self.trouble is None:
            self.trouble = RecordingError(
                "the disk does not answer; the end of the recording may be missing", path=self.path
            )

    def _run(self) -> None:
        due_s = time.monotonic() + SYNC_S
        while True:
            try:
                item = self._queue.get(timeout=max(0.0, due_s - time.monotonic()))
            except Empty:
                item = None
            match item:
                case _End():
                    break
                case dict():
                    self._meta |= item
                    self._journal.tell(**item)
                case Samples() | Mark():
                    self._held.append(item)
                    self._write(item)
                case tuple():
                    self._arrived.append(item)
                    self._note(item)
            if time.monotonic() >= due_s:
                self._look()
                due_s = time.monotonic() + SYNC_S
        self._look()
        self._journal.close()
        if self.trouble is not None:
            self._write_again()
        if self._arrivals is not None:
            self._arrivals.close()
            if self.trouble is not None:
                with suppress(RecordingError):
                    ArrivalsJournal(arrivals_path(self.path), self._arrived, over=True).close()

    def _note(self, *arrived: tuple[float, float]) -> None:
        """Keep when packets came; a disk that refuses says so for the recording."""
        if self.trouble is not None:
            return
        try:
            if self._arrivals is None:
                self._arrivals = ArrivalsJournal(arrivals_path(self.path), ())
            self._arrivals.append(arrived)
        except RecordingError as error:
            self.trouble = error

    def _write(self, item: Samples | Mark) -> None:
        if self.trouble is not None:
            return
        try:
            _give(self._journal, item)
        except RecordingError as error:
            self.trouble = error
        except ValueError as error:  # what no file can hold; the session goes on all the same
            self.trouble = RecordingError(f"the recording ends here: {error}", path=self.path)

    def _look(self) -> None:
        """Put it on the disk; make it again where somebody has removed it."""
        if self.trouble is not None:
            return
        try:
            self._journal.sync()
            if not self._journal.there():
                self._renew()
        except RecordingError as error:
            self.trouble = error
            self._journal.close()

    def _renew(self) -> None:
        """All that was given, in a file in the same place; under another name where that one is taken. Raises `RecordingError`."""
        self._journal.close()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(
                f"its folder was removed and cannot be made: {error.strerror or error}", path=self.path
            ) from error
        self.path = free_name(self.path)
        if self._arrivals is not None:
            self._arrivals.close()
            self._meta["arrivals"] = arrivals_path(self.path).name
            self._arrivals = ArrivalsJournal(arrivals_path(self.path), self._arrived)
        self._journal = Journal(self.path, self._meta)
        for item in self._held:
            _give(self._journal, item)
        self._journal.sync()

    def _write_again(self) -> None:
        """What a full disk or a missing folder refused: all of it once more, beside its place, then there."""
        if not any(isinstance(item, Samples) for item in self._held):
            return
        beside = self.path.with_name(f".{self.path.name[:100]}.again")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            with Journal(beside, self._meta) as journal:
                for item in self._held:
                    _give(journal, item)
                journal.sync()
            beside.replace(self.path)
        except (RecordingError, OSError, ValueError):
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        else:
            self.trouble = None


def _give(journal: Journal, item: Samples | Mark) -> None:
    if isinstance(item, Mark):
        journal.mark(item)
    else:
        journal.append(item)

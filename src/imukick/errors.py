"""The errors a caller can do something about, one class for each thing that can be done."""

from __future__ import annotations

from pathlib import Path


class ImukickError(Exception):
    """Anything imukick refuses; the message is one line that says what to do next."""


class ProtocolError(ImukickError):
    """Bytes from a sensor that are not what its protocol allows.

    `offset` is the byte where it went wrong, `hex` the packet as received.
    """

    def __init__(self, message: str, *, offset: int = 0, data: bytes = b"") -> None:
        super().__init__(message)
        self.offset = offset
        self.hex = data.hex()


class RecordingError(ImukickError):
    """A recording that cannot be read or written; `path` and `line` say where (line counts from 1)."""

    def __init__(self, message: str, *, path: str | Path, line: int | None = None) -> None:
        where = f"{path}:{line}" if line is not None else f"{path}"
        super().__init__(f"{where}: {message}")
        self.path = Path(path)
        self.line = line


class SensorError(ImukickError):
    """A sensor that cannot be found, connected or started; `reason` says which."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class CalibrationError(ImukickError):
    """Values no ankle sensor could have measured: a wrong unit, no gravity, a wrong scale."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

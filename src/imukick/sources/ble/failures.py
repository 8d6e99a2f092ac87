"""Everything that Bluetooth raises -> one `SensorError` with one sentence that says what to do."""

from __future__ import annotations

from imukick.errors import SensorError


def explain(error: BaseException, *, title: str | None = None) -> SensorError:
    """The one sentence for a failure of bleak or the system below it; `title`: which sensor was meant.

    `reason` is one of: "no bluetooth service", "no adapter", "powered off", "denied", "no low energy", "not found",
    "timeout", "link lost", "in use", "refused", "protocol", "silent", "gone", "unknown".
    """
    raise NotImplementedError

"""The first minute of a live session: do acceleration and rate belong together? A replay of its recording says so, too, but here it can still be mended."""

from __future__ import annotations

from typing import Final

from imukick.live.recorded_stream import joined
from imukick.plausibility import Doubts, Units, check
from imukick.signals import Samples

LOOKS_S: Final = (15.0, 25.0, 40.0, 55.0)
"""When it is looked at, after the first sample. Chosen: the first two or three repetitions show it; the promise is a minute."""


class FitCheck:
    """Gathers a stream until a check is due. `found`: a check has found that acceleration and rate do not belong together."""

    def __init__(self) -> None:
        self._pieces: list[Samples] = []
        self._looks = list(LOOKS_S)
        self.found = False

    def push(self, samples: Samples) -> Samples | None:
        """All samples so far when the next look is due, which `look` takes; None before, between, and after the last or a finding."""
        if not self._looks or self.found or not len(samples):
            return None
        self._pieces.append(samples)
        if samples.t_s[-1] - self._pieces[0].t_s[0] < self._looks[0]:
            return None
        del self._looks[0]
        whole = joined(self._pieces)
        self._pieces = [whole] if self._looks else []
        return whole


def look(samples: Samples) -> Doubts:
    """Check whether acceleration and rate belong together, as a replay does. Takes about 0.1 s of computing."""
    return check(samples, Units(fixed=True))

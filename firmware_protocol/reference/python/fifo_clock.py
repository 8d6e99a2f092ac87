"""When was a reading taken that waited in the motion sensor's FIFO? c/fifo_clock.c in Python, number for number.

Runs in CPython, MicroPython and CircuitPython; copy it to the board beside imukick_v1_device.py.
"""

FIRST_LOOKS, LOOKS = 32, 64
FIRST_WINDOWS, WINDOWS = 12, 128


class FifoClock:
    """Let it run from power-on, streaming or not; it has settled after some 400 looks."""

    def __init__(self, rate_millihz):
        """Also when another rate was set, or the FIFO was emptied."""
        self._period_q8 = 256000000000 // rate_millihz
        self._newest_q8 = None

    def look(self, now_us, n):
        """At `now_us` the FIFO held n readings, n at least 1: gives the times of all, the oldest first."""
        if self._newest_q8 is None:
            self._newest_q8 = self._window_q8 = now_us * 256
            self._readings = self._windows = self._looks = 0
            self._least_us = None
        else:
            self._newest_q8 += n * self._period_q8
            self._readings += n
        age_us = now_us - self._newest_q8 // 256
        if self._least_us is None or age_us < self._least_us:
            self._least_us = age_us
        self._looks += 1
        if self._looks >= (FIRST_LOOKS if self._windows < FIRST_WINDOWS else LOOKS):
            self._newest_q8 += self._least_us * 128
            self._measure_period()
            self._looks, self._least_us = 0, None
        return [(self._newest_q8 - (n - 1 - i) * self._period_q8) // 256 for i in range(n)]

    def _measure_period(self):
        passed_q8 = self._newest_q8 - self._window_q8
        if self._readings:
            self._period_q8 = passed_q8 // self._readings
        self._windows += 1
        if self._windows >= WINDOWS:
            self._windows = WINDOWS // 2
            self._window_q8 += passed_q8 // 2
            self._readings -= self._readings // 2

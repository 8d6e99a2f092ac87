"""The same acceptance of Bluetooth, tests/acceptance/bluetooth.py, on Linux's own BlueZ in a virtual machine; and sensors of others.

    pytest tests/acceptance/on_bluez.py

Skipped, in one line that says what to install, where the machine cannot be made.
"""

from __future__ import annotations

import pytest

from tests.bluez_guest import guest


def test_bluetooth_on_bluez(capsys: pytest.CaptureFixture[str]) -> None:
    lack = guest.missing()
    if lack is not None:
        pytest.skip(lack)
    with capsys.disabled():
        code = guest.run(["tests/acceptance/bluetooth.py", "-v"], print)
    assert code == 0


def test_sensors_of_others_on_bluez(capsys: pytest.CaptureFixture[str]) -> None:
    lack = guest.missing()
    if lack is not None:
        pytest.skip(lack)
    with capsys.disabled():
        code = guest.run(["tests/acceptance/sensors.py", "-v", "-k", "movesense or witmotion or verity"], print)
    assert code == 0


def test_three_sensors_together_on_bluez(capsys: pytest.CaptureFixture[str]) -> None:
    lack = guest.missing()
    if lack is not None:
        pytest.skip(lack)
    with capsys.disabled():
        code = guest.run(["tests/acceptance/together.py", "-v"], print)
    assert code == 0

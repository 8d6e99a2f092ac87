"""Plays the host of a whole session with the ESP32's main.py, and prints what it sent: one line a value, handle and hex."""

import struct
import time

import main

PERIOD_US = 5000


class Part:
    """A motion sensor of 200 Hz, whose FIFO fills by the clock; the ax of each reading is its number."""

    def __init__(self):
        self.many, self.zero = 0, time.ticks_us()

    def answers(self):
        """Always."""
        return True

    def configure(self, rate_millihz, acc_g, gyr_dps):
        """It says what it was asked."""
        print("configure", rate_millihz, acc_g, gyr_dps)

    def read(self):
        """What came since the last time."""
        due = time.ticks_diff(time.ticks_us(), self.zero) // PERIOD_US
        readings = [struct.pack("<6h", one, 0, 2048, 0, 0, -1) for one in range(self.many, due)]
        self.many = due
        return False, readings


def steps(sensor, ms):
    """Turns of the loop for so long."""
    until = time.ticks_add(time.ticks_ms(), ms)
    while time.ticks_diff(until, time.ticks_ms()) > 0:
        sensor.step()
        pause = time.ticks_add(time.ticks_ms(), 10)
        while time.ticks_diff(pause, time.ticks_ms()) > 0:
            pass


sensor = main.Sensor(Part(), 12345)
ble = sensor.ble
print("advertised", ble.advertised[0].hex(), ble.advertised[1].hex())
steps(sensor, 300)
ble.call(main.CONNECT, (7, 0, b""))
ble.call(main.MTU_EXCHANGED, (7, 247))


def write(data):
    """The host writes to CONTROL."""
    ble.values[sensor.control] = data
    ble.call(main.WRITE, (7, sensor.control))
    sensor.step()


steps(sensor, 20)
print("config", ble.values[sensor.config].hex())
write(b"\x01")
steps(sensor, 500)
write(b"\x03" + struct.pack("<IHHH", 100000, 0, 0, 0))
write(b"\x02")
steps(sensor, 50)
ble.call(main.DISCONNECT, (7, 0, b""))
sensor.step()
for handle, data in ble.sent:
    print("stream" if handle == sensor.stream else "control", data.hex())

"""ESP32 (M5StickC Plus2) as an imukick sensor, in MicroPython.

Copy to the board: this file, mpu6886.py, imukick_v1_device.py, fifo_clock.py (README.md says how).
What MicroPython's `bluetooth` does not allow: to refuse a write with an ATT error, and to hear of subscriptions. The stream counts as
subscribed once START comes; `imukick conform` says so ("no command", "not heard", "not subscribed", "unsubscribe"); imukick live does
not need them.
LED: slow blinking, it advertises; on, connected; quick blinking for 3 s, IDENTIFY.
"""

import os
import struct
import time

import bluetooth
import imukick_v1_device as v1
from fifo_clock import FifoClock
from machine import ADC, I2C, Pin
from mpu6886 import ACC, GYR, RATES_MILLIHZ, Mpu6886

HOLD, LED, SDA, SCL, VBAT = 4, 19, 21, 22, 38  # M5StickC Plus2; HOLD keeps it on
NAME = "imukick M5"
MTU = 247
LOOK_MS = 20
CONNECT, DISCONNECT, WRITE, READ, INDICATED, MTU_EXCHANGED = 1, 2, 3, 4, 20, 21
SERVICE = bluetooth.UUID("0a350001-414e-4fe5-ac5c-8011ac8eadb6")
STREAM = (bluetooth.UUID("0a350002-414e-4fe5-ac5c-8011ac8eadb6"), bluetooth.FLAG_NOTIFY)
CONTROL = (bluetooth.UUID("0a350003-414e-4fe5-ac5c-8011ac8eadb6"), bluetooth.FLAG_WRITE | bluetooth.FLAG_INDICATE)
CONFIG = (bluetooth.UUID("0a350004-414e-4fe5-ac5c-8011ac8eadb6"), bluetooth.FLAG_READ)
BATTERY = (bluetooth.UUID(0x2A19), bluetooth.FLAG_READ)


class Clock:
    """Microseconds since power-on that never start over; look at it more often than every four minutes."""

    def __init__(self):
        self._last, self._us = time.ticks_us(), 0

    def us(self):
        """Now."""
        now = time.ticks_us()
        self._us += time.ticks_diff(now, self._last)
        self._last = now
        return self._us


class Sensor:
    """The core between the motion sensor and the radio."""

    def __init__(self, part, boot):
        self.clock, self.part = Clock(), part
        self.core = v1.Device(v1.Part(RATES_MILLIHZ, ACC, GYR), boot)
        self.fifo = None
        self.identify_until = time.ticks_ms()
        self.link, self.events = None, []
        self.ble = bluetooth.BLE()
        self.ble.active(True)
        self.ble.config(gap_name=NAME, mtu=MTU)
        self.ble.irq(self._irq)
        services = ((SERVICE, (STREAM, CONTROL, CONFIG)), (bluetooth.UUID(0x180F), (BATTERY,)))
        ((self.stream, self.control, self.config), (self.battery,)) = self.ble.gatts_register_services(services)
        self.ble.gatts_set_buffer(self.control, 20)
        self.ble.gatts_write(self.config, self.core.config())
        self._advertise()

    def _advertise(self):
        uuid = bytes(SERVICE)
        said = b"\x02\x01\x06" + bytes([len(uuid) + 1, 0x07]) + uuid
        name = NAME.encode()
        self.ble.gap_advertise(150000, adv_data=said, resp_data=bytes([len(name) + 1, 0x09]) + name)

    def _irq(self, event, data):
        """Remember it: everything is done in the loop, where the core is at rest."""
        if event == WRITE:
            self.events.append((event, self.ble.gatts_read(data[1]) if data[1] == self.control else None))
        elif event in (CONNECT, DISCONNECT, INDICATED, MTU_EXCHANGED):
            self.events.append((event, tuple(data)))

    def _happened(self, event, data):
        core = self.core
        if event == CONNECT:
            self.link = data[0]
            core.connected(23)
        elif event == MTU_EXCHANGED:
            core.connected(data[1])
        elif event == DISCONNECT:
            self.link = None
            core.disconnected()
            self._advertise()
        elif event == INDICATED:
            core.confirmed()
        elif data is not None:
            core.subscribed(v1.CONTROL, True)
            core.subscribed(v1.STREAM, True)
            core.write(data, self.clock.us())

    def _read_part(self):
        core = self.core
        answers = self.part.answers()
        core.part_answers(answers)
        if not answers:
            self.fifo = None
            return
        if self.fifo is None:
            self.part.configure(core.rate_millihz, core.acc[0], core.gyr[0])
            self.fifo = FifoClock(core.rate_millihz)
        lost, readings = self.part.read()
        if lost:
            core.missed()
            self.fifo = FifoClock(core.rate_millihz)
        elif readings:
            for t_us, counts in zip(self.fifo.look(self.clock.us(), len(readings)), readings):
                core.sample(t_us, counts)

    def _send(self):
        core = self.core
        item = core.next()
        while item and self.link is not None:
            to, data = item
            try:
                if to == v1.CONTROL:
                    self.ble.gatts_write(self.control, data)
                    self.ble.gatts_indicate(self.link, self.control)
                else:
                    self.ble.gatts_notify(self.link, self.stream, data)
            except OSError:
                return  # the radio is full: again in the next turn
            core.sent()
            item = core.next()

    def step(self):
        """One turn of the loop."""
        core = self.core
        while self.events:
            self._happened(*self.events.pop(0))
        todo = core.actions()
        if todo & v1.DO_CONFIGURE:
            self.fifo = None
        if todo & v1.DO_IDENTIFY:
            self.identify_until = time.ticks_add(time.ticks_ms(), 3000)
        self._read_part()
        if todo & v1.DO_STOP:
            core.part_stopped()
        core.tick(self.clock.us())
        self._send()
        self.ble.gatts_write(self.config, core.config())


def lamp(sensor, ms):
    """What the LED says now."""
    if time.ticks_diff(sensor.identify_until, ms) > 0:
        return ms % 200 < 100
    return sensor.link is not None or ms % 1000 < 50


def main():
    """For ever."""
    Pin(HOLD, Pin.OUT, value=1)
    led, volts = Pin(LED, Pin.OUT), ADC(Pin(VBAT), atten=ADC.ATTN_11DB)
    part = Mpu6886(I2C(0, sda=Pin(SDA), scl=Pin(SCL), freq=400000))
    sensor = Sensor(part, struct.unpack("<I", os.urandom(4))[0])
    charged_ms = None
    while True:
        ms = time.ticks_ms()
        sensor.step()
        led.value(lamp(sensor, ms))
        if charged_ms is None or time.ticks_diff(ms, charged_ms) > 60000:
            charged_ms = ms  # half the voltage: 3.3 V is empty, 4.2 V full
            percent = max(0, min(100, (volts.read_uv() * 2 // 1000 - 3300) // 9))
            sensor.ble.gatts_write(sensor.battery, bytes([percent]))
        time.sleep_ms(LOOK_MS)


if __name__ == "__main__":
    main()

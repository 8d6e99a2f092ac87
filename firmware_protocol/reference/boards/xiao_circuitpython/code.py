"""XIAO nRF52840 Sense as an imukick sensor, in CircuitPython with `_bleio`.

Copy to CIRCUITPY: this file, lsm6ds3.py, imukick_v1_device.py, fifo_clock.py (README.md says how). No library is needed.
What `_bleio` does not allow: to refuse a write with an ATT error, and to hear of subscriptions and confirmations; the stream counts as
subscribed once START comes. `imukick conform` says so; imukick live does not need them.
LED: blue blinking, it advertises; green, connected; all for 3 s, IDENTIFY.
"""

import os
import struct
import time

import _bleio
import board
import busio
import digitalio
import imukick_v1_device as v1
from fifo_clock import FifoClock
from lsm6ds3 import ACC, GYR, RATES_MILLIHZ, Lsm6ds3

NAME = "imukick XIAO"
LOOK_S = 0.02


def uuid(number):
    """0a35000N-414e-4fe5-ac5c-8011ac8eadb6."""
    return _bleio.UUID(f"0a35{number:04x}-414e-4fe5-ac5c-8011ac8eadb6")


def pin(which, value):
    """An output."""
    out = digitalio.DigitalInOut(which)
    out.switch_to_output(value)
    return out


def advertise(adapter):
    """The service in the advertisement, the name in the answer to a scan."""
    service = struct.pack("<Q", 0xAC5C8011AC8EADB6) + struct.pack("<Q", 0x0A350001414E4FE5)
    said = b"\x02\x01\x06" + b"\x11\x07" + service
    name = NAME.encode()
    answer = bytes([len(name) + 1, 0x09]) + name
    adapter.start_advertising(said, scan_response=answer, connectable=True, interval=0.15)


def main():
    """For ever."""
    power = pin(board.IMU_PWR, True)
    red, green, blue = pin(board.LED_RED, True), pin(board.LED_GREEN, True), pin(board.LED_BLUE, True)
    time.sleep(0.05)
    i2c = busio.I2C(board.IMU_SCL, board.IMU_SDA, frequency=400000)
    while not i2c.try_lock():
        pass
    part = Lsm6ds3(i2c)
    core = v1.Device(v1.Part(RATES_MILLIHZ, ACC, GYR), struct.unpack("<I", os.urandom(4))[0])
    service = _bleio.Service(uuid(1))
    add, char, free = _bleio.Characteristic.add_to_service, _bleio.Characteristic, _bleio.Attribute.OPEN
    none = _bleio.Attribute.NO_ACCESS
    stream = add(service, uuid(2), properties=char.NOTIFY, read_perm=free, write_perm=none, max_length=244)
    control = add(
        service, uuid(3), properties=char.WRITE | char.INDICATE, read_perm=free, write_perm=free, max_length=20
    )
    config = add(
        service, uuid(4), properties=char.READ, read_perm=free, write_perm=none, max_length=36, fixed_length=True
    )
    out = _bleio.PacketBuffer(stream, buffer_size=4, max_packet_size=244)
    commands = _bleio.PacketBuffer(control, buffer_size=4, max_packet_size=20)
    adapter, command = _bleio.adapter, bytearray(20)
    adapter.enabled = True
    fifo, linked, identify_until_s = None, False, 0.0
    while True:
        now_us = time.monotonic_ns() // 1000
        if linked and not adapter.connected:
            linked = False
            core.disconnected()
        if not adapter.connected and not adapter.advertising:
            advertise(adapter)
        if adapter.connected and not linked:
            linked = True
            adapter.connections[0].connection_interval = 15.0
        if linked and out.outgoing_packet_length:
            core.connected(out.outgoing_packet_length + 3)
        size = commands.readinto(command) if linked else 0
        if size:
            core.subscribed(v1.CONTROL, True)
            core.subscribed(v1.STREAM, True)
            core.write(bytes(command[:size]), now_us)
        todo = core.actions()
        core.part_answers(part.answers())
        if todo & v1.DO_CONFIGURE or fifo is None:
            part.configure(core.rate_millihz, core.acc[0], core.gyr[0])
            fifo = FifoClock(core.rate_millihz)
        if todo & v1.DO_IDENTIFY:
            identify_until_s = time.monotonic() + 3.0
        lost, readings = part.read()
        if lost:
            core.missed()
            fifo = None
        elif readings:
            for t_us, counts in zip(fifo.look(now_us, len(readings)), readings):
                core.sample(t_us, counts)
        if todo & v1.DO_STOP:
            core.part_stopped()
        core.tick(now_us)
        item = core.next()
        while item and linked:
            sent = (commands if item[0] == v1.CONTROL else out).write(item[1])
            if sent == 0:
                break  # nobody listens, or the radio is full
            core.sent()
            core.confirmed()
            item = core.next()
        config.value = core.config()
        shows = time.monotonic() < identify_until_s
        red.value, green.value = not shows, not (shows or linked)
        blue.value = not (shows or (not linked and time.monotonic() % 1.0 < 0.1))
        power.value = True
        time.sleep(LOOK_S)


main()

"""Drives the Python core by bytes, as core_driver.c does the C core: `answers(script)`; runs in MicroPython too.

The operations stand in core_driver.c.
"""

import struct

import imukick_v1_device as v1


def _list(data, at, form):
    """(The entries of one list, where it ends.)"""
    many, size = data[at], struct.calcsize(form)
    entries = [struct.unpack_from(form, data, at + 1 + i * size) for i in range(many)]
    return entries, at + 1 + many * size


def _power_on(args):
    boot, lamp = struct.unpack_from("<IB", args)
    rates, at = _list(args, 5, "<I")
    acc, at = _list(args, at, "<HIH")
    gyr, at = _list(args, at, "<HIH")
    try:
        return v1.Device(v1.Part([one[0] for one in rates], acc, gyr, bool(lamp)), boot)
    except ValueError:
        return None


def _next(core):
    item = core.next()
    return b"\0" if item is None else bytes([item[0]]) + item[1]


def _command(data):
    read = v1.read_command(data)
    if read[0] >= 0:
        return struct.pack("<i", read[0])
    return struct.pack("<i5I", *read)


def bytes_alone(code, args):
    """What the functions without a sensor give; None for a letter that is none of theirs."""
    if code == "s":
        seq, t_us = struct.unpack_from("<IQ", args)
        return v1.pack_stream(seq, t_us, args[12:])
    if code == "c":
        return v1.pack_config(*struct.unpack("<14I", args))
    if code == "r":
        command, status, timed, clock_us = struct.unpack("<BBBQ", args)
        return v1.pack_reply(command, status, clock_us if timed else None)
    if code == "q":
        return _command(args)
    if code == "p":
        return bytes([v1.samples_per_packet(*struct.unpack("<HIH", args))])
    return None


def operation(core, code, args):
    """What the core answers to one operation."""
    if code == "C":
        core.connected(struct.unpack("<H", args)[0])
    elif code == "D":
        core.disconnected()
    elif code == "S":
        core.subscribed(args[0], args[1] != 0)
    elif code == "W":
        return bytes([core.write(args[8:], struct.unpack_from("<Q", args)[0])])
    elif code == "R":
        return core.config()
    elif code == "K":
        core.confirmed()
    elif code == "M":
        return bytes([core.sample(struct.unpack_from("<Q", args)[0], args[8:])])
    elif code == "L":
        core.missed()
    elif code == "P":
        core.part_stopped()
    elif code == "F":
        core.part_answers(args[0] != 0)
    elif code == "T":
        core.tick(struct.unpack("<Q", args)[0])
    elif code == "%":
        return bytes([core.battery(args[0])])
    elif code == "A":
        return bytes([core.actions()])
    elif code == "N":
        item = _next(core)
        core.sent()
        return item
    elif code == "O":
        return _next(core)
    return b""


def answers(script, write):
    """Each operation of a whole script is answered through `write`."""
    core, at = None, 0
    while at < len(script):
        bytes_of = struct.unpack_from("<H", script, at + 1)[0]
        code, args = chr(script[at]), script[at + 3 : at + 3 + bytes_of]
        at += 3 + bytes_of
        if code == "B":
            core = _power_on(args)
            answer = bytes([core is not None])
        else:
            answer = bytes_alone(code, args)
            if answer is None:
                answer = b"" if core is None else operation(core, code, args)
        write(struct.pack("<H", len(answer)) + answer)

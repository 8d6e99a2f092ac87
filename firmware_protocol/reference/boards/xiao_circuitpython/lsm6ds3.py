"""LSM6DS3TR-C, the motion sensor of the XIAO nRF52840 Sense, through its FIFO (data sheet DocID030071)."""

import struct

ADDRESS = 0x6A
ACC = [(16, 488000, 32767), (8, 244000, 32767), (4, 122000, 32767)]
GYR = [(2000, 70000000, 32767), (1000, 35000000, 32767), (500, 17500000, 32767)]
RATES_MILLIHZ = [208000, 104000]
_ODR = {208000: 5, 104000: 4}
_WORDS = 6  # gyroscope first, accelerometer second


class Lsm6ds3:
    """`i2c`: a busio.I2C that is locked already."""

    def __init__(self, i2c):
        self._i2c = i2c

    def _get(self, register, size):
        data = bytearray(size)
        self._i2c.writeto_then_readfrom(ADDRESS, bytes([register]), data)
        return data

    def answers(self):
        """Whether it says who it is."""
        try:
            return self._get(0x0F, 1)[0] == 0x6A
        except OSError:
            return False

    def configure(self, rate_millihz, acc_g, gyr_dps):
        """Set rate and ranges; the FIFO starts over."""
        odr = _ODR[rate_millihz]
        acc, gyr = {4: 2, 8: 3, 16: 1}[acc_g], {500: 1, 1000: 2, 2000: 3}[gyr_dps]
        for register, value in (
            (0x0A, 0),
            (0x12, 0x44),
            (0x10, odr << 4 | acc << 2),
            (0x11, odr << 4 | gyr << 2),
            (0x08, 0x09),
            (0x0A, odr << 3 | 6),
        ):
            self._i2c.writeto(ADDRESS, bytes([register, value]))

    def read(self):
        """(Whether readings were lost, the readings as six i16 little-endian, the oldest first)."""
        low, high = self._get(0x3A, 2)
        if high & 0x40:
            return True, []
        readings = []
        for _ in range((low | (high & 7) << 8) // _WORDS):
            gx, gy, gz, ax, ay, az = struct.unpack("<6h", self._get(0x3E, 12))
            readings.append(struct.pack("<6h", ax, ay, az, gx, gy, gz))
        return False, readings

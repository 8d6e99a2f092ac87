"""MPU6886, the motion sensor of the M5StickC Plus2, through its FIFO (register map RM-MPU-6886)."""

import struct

ADDRESS = 0x68
WHO_AM_I, IS_IT = 0x75, 0x19
ACC = [(16, 488281, 32767), (8, 244141, 32767), (4, 122070, 32767)]
GYR = [(2000, 61035156, 32767), (1000, 30517578, 32767), (500, 15258789, 32767)]
RATES_MILLIHZ = [200000, 100000]
PACKET = 14  # acceleration, temperature, rate: seven i16, big-endian
FULL = 1008


class Mpu6886:
    """`read` gives whole packets; `answers` says whether the part is there."""

    def __init__(self, i2c):
        self._i2c = i2c

    def answers(self):
        """Whether it says who it is."""
        try:
            return self._i2c.readfrom_mem(ADDRESS, WHO_AM_I, 1)[0] == IS_IT
        except OSError:
            return False

    def _put(self, register, value):
        self._i2c.writeto_mem(ADDRESS, register, bytes([value]))

    def configure(self, rate_millihz, acc_g, gyr_dps):
        """Set rate and ranges; the FIFO starts over."""
        self._put(0x6B, 0x01)
        self._put(0x19, 1000000 // rate_millihz - 1)  # of 1 kHz
        self._put(0x1A, 0x02)  # a low-pass of 92 Hz; a full FIFO drops the oldest
        self._put(0x1B, {500: 1, 1000: 2, 2000: 3}[gyr_dps] << 3)
        self._put(0x1C, {4: 1, 8: 2, 16: 3}[acc_g] << 3)
        self._put(0x23, 0x18)
        self._put(0x6A, 0x44)  # on, and empty

    def read(self):
        """(Whether readings were lost, the readings as six i16 little-endian, the oldest first)."""
        (waiting,) = struct.unpack(">H", self._i2c.readfrom_mem(ADDRESS, 0x72, 2))
        if waiting >= FULL:
            self._put(0x6A, 0x44)
            return True, []
        data = self._i2c.readfrom_mem(ADDRESS, 0x74, waiting // PACKET * PACKET)
        readings = []
        for at in range(0, len(data), PACKET):
            ax, ay, az, _, gx, gy, gz = struct.unpack_from(">7h", data, at)
            readings.append(struct.pack("<6h", ax, ay, az, gx, gy, gz))
        return False, readings

"""A stand-in of MicroPython's `bluetooth`: keeps what is sent, and lets a test play the host."""

FLAG_READ, FLAG_WRITE, FLAG_NOTIFY, FLAG_INDICATE = 2, 8, 16, 32


class UUID:
    """Its bytes on the wire, last one first."""

    def __init__(self, value):
        self._bytes = (
            value.to_bytes(2, "little")
            if isinstance(value, int)
            else bytes(int(value.replace("-", "")[at : at + 2], 16) for at in range(30, -1, -2))
        )

    def __bytes__(self):
        return self._bytes

    def __iter__(self):
        return iter(self._bytes)


class BLE:
    """One radio."""

    def __init__(self):
        self.values, self.sent, self.advertised = {}, [], None

    def active(self, on):
        """Nothing."""

    def config(self, **options):
        """Nothing."""

    def irq(self, call):
        """Whom to call."""
        self.call = call

    def gatts_register_services(self, services):
        """Handles, counted on."""
        handle, all_of_them = 10, []
        for _, characteristics in services:
            handles = []
            for _ in characteristics:
                handle += 3
                handles.append(handle)
            all_of_them.append(tuple(handles))
        return tuple(all_of_them)

    def gatts_set_buffer(self, handle, size):
        """Nothing."""

    def gatts_write(self, handle, data):
        """The value to be read."""
        self.values[handle] = bytes(data)

    def gatts_read(self, handle):
        """What was written."""
        return self.values[handle]

    def gap_advertise(self, interval, adv_data=None, resp_data=None):
        """Remember it."""
        self.advertised = (adv_data, resp_data)

    def gatts_notify(self, link, handle, data):
        """Remember it."""
        self.sent.append((handle, bytes(data)))

    def gatts_indicate(self, link, handle):
        """Remember it; the host confirms at once."""
        self.sent.append((handle, self.values[handle]))
        self.call(20, (link, handle, 0))

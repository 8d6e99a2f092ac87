"""A bleak backend over bumble: the same client and scanner, over a radio that needs no hardware."""

from imukick.virtual.bumble_backend.host_radio import HostRadio
from imukick.virtual.bumble_backend.opening import backend_on, bumble_backend

__all__ = ["HostRadio", "backend_on", "bumble_backend"]

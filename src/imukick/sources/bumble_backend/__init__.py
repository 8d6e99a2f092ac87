"""A bleak backend over bumble: the same client and scanner, with a radio that needs no hardware behind it."""

from imukick.sources.bumble_backend.opening import backend_on, bumble_backend
from imukick.sources.bumble_backend.seat import Seat

__all__ = ["Seat", "backend_on", "bumble_backend"]

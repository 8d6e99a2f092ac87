"""The whole engine: `Session.push(Samples | Mark) -> list[Event]` and `Session.finish()`; live and replay are this."""

from __future__ import annotations

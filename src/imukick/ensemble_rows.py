"""Rows of an ensemble: a leg's row in the session's time, with what the pelvis did and what the other leg did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imukick.ensemble_streams import EnsembleParams, LegStream, Pelvic, SensorStream
from imukick.events import Rep
from imukick.reps.pelvic import judged


class Rows:
    """Makes the rows of the `legs`' repetitions; with a sensor on the pelvis, `pelvis` is its stream. It keeps nothing of its own."""

    def __init__(self, legs: Sequence[LegStream], pelvis: SensorStream | None, params: EnsembleParams) -> None:
        self._legs = legs
        self._with_pelvis = pelvis is not None
        self._streams: list[SensorStream] = [*legs, *([] if pelvis is None else [pelvis])]
        self._p = params

    def row(self, leg: LegStream, rep: Rep, pelvic: Pelvic | None, index: int, shared: tuple[str, ...]) -> Rep:
        """A Session's row as row `index` of the ensemble. `shared`: its quality words about the whole session.

        `pelvic`: what the pelvis did meanwhile; None where its sensor did not see it, or there is none.
        """
        on = leg.clock.session_s
        times = [on(t_s) for t_s in (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)]
        if rep.counted and self.sways(leg, rep.t_start_s, rep.t_end_s, rep.rom_deg):
            rep = replace(rep, counted=False, reason="other_leg", verdicts=())
        syncs = [stream.clock.sync_ms for stream in self._streams]
        known = [sync for sync in syncs if sync is not None]
        row = replace(
            rep,
            index=index,
            t_start_s=times[0],
            t_top_s=times[1],
            t_lower_s=times[2],
            t_end_s=times[3],
            lift_s=times[1] - times[0],
            pause_s=times[2] - times[1],
            lower_s=times[3] - times[2],
            sync_ms=max(known) if len(known) == len(syncs) > 1 else None,
            rocking_mps2=None if pelvic is None else pelvic.rocking_mps2,
            quality=(*rep.quality, *shared, *_pelvic_words(rep, pelvic)),
        )
        if pelvic is not None and pelvic.angles is not None:
            row = replace(
                row,
                pelvis_tilt_deg=pelvic.angles.tilt_deg,
                pelvis_rotation_deg=pelvic.angles.rotation_deg,
                pelvis_obliquity_deg=pelvic.angles.obliquity_deg,
                hip_extension_deg=rep.rom_deg - pelvic.angles.hold_tilt_deg,
            )
        elif pelvic is None and self._with_pelvis:
            why = "the clocks are not known" if row.sync_ms is None else "its sensor did not see it whole"
            row = replace(row, notes=(*row.notes, f"no pelvis: {why}"))
        return judged(row, self._p.limits, leg.usual_deg)

    def sways(self, leg: LegStream, from_s: float, to_s: float, rom_deg: float | None) -> bool:
        """Did another leg move so much more within this span (this leg's device time) that this one only swayed with it?

        `rom_deg`: how far this leg went; None: measured here.
        """
        if any(stream.clock.sync_ms is None for stream in self._legs):
            return False
        own = leg.swing(from_s, to_s, self._p.usual_s) if rom_deg is None else np.array([math.radians(rom_deg)])
        for other in self._legs:
            if other is leg or not len(own) or other.was_absent(leg.clock.session_s(to_s)):
                continue
            span = [other.clock.device_s(leg.clock.session_s(t_s)) for t_s in (from_s, to_s)]
            swing = other.swing(span[0], span[1], self._p.usual_s)
            if not len(swing) or float(own.max()) >= self._p.other_share * float(swing.max()):
                continue
            if float((swing > self._p.other_moved * float(swing.max())).mean()) > self._p.other_overlap:
                return True
        return False


def _pelvic_words(rep: Rep, pelvic: Pelvic | None) -> tuple[str, ...]:
    """The quality words that the pelvis adds to a row."""
    if pelvic is None:
        return ()
    mount = ("mount",) if pelvic.angles is None else ()
    return (*mount, "gap") if pelvic.gap and "gap" not in rep.quality else mount

"""The sessions people have and benchmarks forget: short sets, long breaks, quick, slow, small and large kicks; counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from imukick.events import Rep, RepRevised
from imukick.exercises import Exercise
from imukick.marks import Mark
from imukick.replay import stream
from imukick.session import Session
from imukick.sources.simulator import Spec
from measured.cases import Case, case_of
from measured.scoring import Scored, overlap, run
from measured.splicing import Piece, cut, handled, joined, piece

SEEDS = (1, 2, 3, 4)
POSTURES = ("standing", "quadruped")
PACKET_S = 0.1
"""For how soon a repetition is told: the stream comes in packets of this length."""
BREAK_S = 1800.0
STRETCHES = 5
"""Chosen: of different seeds, so that no one awkward step is counted again and again."""
LONG = 1
"""Seeds of sessions with a break of 30 minutes, for they take long."""

Make = Callable[[str, int], Case]


def cases() -> Iterator[tuple[str, Case]]:
    """(what it is, session), each from several seeds in both postures that are recognised."""
    for name, make in EDGES.items():
        for posture in POSTURES:
            for seed in SEEDS[: LONG if name.startswith("30 min") else None]:
                yield name, make(posture, seed)


def measure() -> dict[str, list[tuple[Scored, Scored]]]:
    """Every kind of session, each in one pass and the second look."""
    out: dict[str, list[tuple[Scored, Scored]]] = {}
    for name, case in cases():
        both = (run(case, refine=False, aim=False), run(case, refine=True, aim=False))
        out.setdefault(name, []).append(both)
    return out


def table_rows(measured: dict[str, list[tuple[Scored, Scored]]]) -> list[tuple[str, ...]]:
    """A row for each kind: sessions, kicks, and for each pass exact sessions, missed, false."""
    out: list[tuple[str, ...]] = []
    for name, sessions in measured.items():
        one, refined = ([pair[k] for pair in sessions] for k in (0, 1))
        kicks = sum(len(s.pairs) + len(s.missed) for s in one)
        errors = [abs(p.rep.rom_deg - float(p.kick["rom_shank_deg"])) for s in refined for p in s.pairs]
        rom = f"{np.mean(errors):.2f}" if errors else "–"
        out.append((name, f"{len(one)}", f"{kicks}", *_counts(one), *_counts(refined), rom))
    return out


HEAD = (
    "session",
    "sessions",
    "kicks",
    "exact, one pass",
    "missed, false",
    "exact, second look",
    "missed, false ",
    "range error, deg",
)


def _counts(sessions: list[Scored]) -> tuple[str, str]:
    missed = sum(len(s.missed) for s in sessions)
    false = sum(len(s.false) + len(s.wrongly) for s in sessions)
    return f"{sum(s.exact for s in sessions)}", f"{missed}, {false}"


@dataclass(frozen=True, slots=True)
class Told:
    """Counted repetitions of a live stream: how long after its end each was told, and its first and last range error."""

    first: bool
    found: bool
    delay_s: float = 0.0
    at_once_deg: float = 0.0
    settled_deg: float = 0.0


def first_reps() -> list[Told]:
    """First and later kicks of sessions that begin 0.5 s or 2.5 s before the first one, streamed as live."""
    out = []
    for posture in POSTURES:
        for seed in SEEDS:
            for lead_s in (0.5, 2.5):
                out += _streamed(_early(posture, seed, lead_s))
    return out


def _streamed(case: Case) -> list[Told]:
    words = case.told()
    session = Session(Exercise(**words))
    told: dict[int, tuple[Rep, float]] = {}
    last: dict[int, Rep] = {}
    for item in stream(case.samples, (), PACKET_S):
        reached_s = item.t_s if isinstance(item, Mark) else float(item.t_s[-1])
        for event in session.push(item).events:
            if isinstance(event, Rep):
                told[event.index] = (event, reached_s)
            elif isinstance(event, RepRevised):
                last[event.index] = event.rep
    end_s = float(case.samples.t_s[-1])
    told |= {event.index: (event, end_s) for event in session.finish().events if isinstance(event, Rep)}
    out = []
    kicks = [kick for kick in case.truth["reps"] if kick["kind"] == "kick"]
    for number, kick in enumerate(kicks):
        near = [pair for pair in told.values() if pair[0].counted and overlap(pair[0], kick) > 0.5]
        if not near:
            out.append(Told(number == 0, False))
            continue
        rep, at_s = near[0]
        true_deg = float(kick["rom_shank_deg"])
        settled = last.get(rep.index, rep)
        out.append(Told(number == 0, True, at_s - rep.t_end_s, rep.rom_deg - true_deg, settled.rom_deg - true_deg))
    return out


def first_rows(told: list[Told]) -> list[tuple[str, ...]]:
    """First against later kicks."""
    out: list[tuple[str, ...]] = []
    for name, first in (("first of a session", True), ("later", False)):
        part = [t for t in told if t.first == first]
        found = [t for t in part if t.found]
        delays = np.array([t.delay_s for t in found])
        out.append(
            (
                name,
                f"{len(found)} of {len(part)}",
                f"{np.median(delays):.2f}, {np.quantile(delays, 0.95):.2f}",
                f"{np.mean([abs(t.at_once_deg) for t in found]):.2f}",
                f"{np.mean([abs(t.settled_deg) for t in found]):.2f}",
            )
        )
    return out


FIRST_HEAD = (
    "kick",
    "told and counted",
    "told after its end, median, p95 (s)",
    "range error as told (deg)",
    "as revised (deg)",
)


def _spec(posture: str, seed: int, **words: Any) -> Spec:
    return Spec(**{"posture": posture, "seed": 7000 + seed, "reps": 8, **words})


def _plain(**words: Any) -> Make:
    return lambda posture, seed: case_of(_spec(posture, seed, **words), 5.0)


def _early(posture: str, seed: int, lead_s: float) -> Case:
    whole = piece(_spec(posture, seed))
    start_s = float(whole.truth["reps"][0]["t_start"])
    return joined(f"first kick after {lead_s:g} s, {posture}, seed {7000 + seed}", [cut(whole, start_s - lead_s)])


def _three_sets(posture: str, seed: int) -> Case:
    first = piece(_spec(posture, seed, reps=3))
    rest = piece(_spec(posture, seed, reps=0, extras=("still", "shuffle", "still", "still")))
    return joined(f"3 sets of 3, {posture}, seed {7000 + seed}", [first, rest, first, rest, first])


def _break(what: str, *extras: str) -> Make:
    """Two sets with 30 minutes between them, made of a few stretches in turn; the sensor stays as it is."""

    def make(posture: str, seed: int) -> Case:
        z, y, x = np.random.default_rng(seed).uniform(-90, 90, 3).tolist()
        work, *rests = (
            piece(
                _spec(posture, seed + 100 * k, mounting_deg=(z, y, x), **({"extras": extras, "reps": 0} if k else {}))
            )
            for k in range(1 + STRETCHES)
        )
        length_s = sum(rest.length_s for rest in rests)
        return joined(f"{what}, {posture}, seed {7000 + seed}", [work, *rests * int(BREAK_S / length_s + 1), work])

    return make


def _strapped_again(posture: str, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    pieces: list[Piece] = []
    for _ in range(2):
        z, y, x = rng.uniform(-180, 180, 3).tolist()
        pieces.append(piece(_spec(posture, seed, reps=6, mounting_deg=(z, y / 2, x))))
    between = handled(pieces[0], pieces[1], seed)
    return joined(f"strapped on again on the same leg, {posture}, seed {7000 + seed}", [pieces[0], between, pieces[1]])


EDGES: dict[str, Make] = {
    "first kick 0.5 s after the start": lambda posture, seed: _early(posture, seed, 0.5),
    "sets of 3": _three_sets,
    "two legs one after the other": _plain(extras=("remount",), reps=6),
    "two legs, told": _plain(extras=("remount",), reps=6, told=True),
    "strapped on again on the same leg": _strapped_again,
    "30 min rest, still": _break("30 min still", *("still",) * 4),
    "30 min rest, walking, squats, fidgeting": _break(
        "30 min of this and that", "fidget", "still", "walk", "squat", "shuffle"
    ),
    "no pause between kicks (0.5 s)": _plain(rest_s=0.5, lift_s=0.9, lower_s=1.0, pause_s=0.4),
    "no pause at all": _plain(rest_s=0.5, lift_s=0.9, lower_s=1.0, pause_s=0.0),
    "kicks of 6 s": _plain(lift_s=2.4, pause_s=1.0, lower_s=2.6),
    "kicks of 0.6 s": _plain(lift_s=0.25, pause_s=0.0, lower_s=0.3, rest_s=0.8),
    "5.5 deg, slow, held": _plain(rom_deg=5.5, lift_s=2.0, pause_s=1.5, lower_s=2.0, variation=0.02),
    "8 deg, slow, held": _plain(rom_deg=8.0, lift_s=2.0, pause_s=1.5, lower_s=2.0),
    "15 deg": _plain(rom_deg=15.0),
    "60 deg": _plain(rom_deg=60.0),
    "100 deg": _plain(rom_deg=100.0),
    "never still": _plain(variation=0.2, rest_s=1.5),
    "never still, fidgeting between": _plain(variation=0.15, extras=("fidget", "fidget", "shuffle")),
}

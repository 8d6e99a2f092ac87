"""Work of `imukick simulate` for several sensors: a recording and its arrivals for each, one truth for all."""

from __future__ import annotations

import json
from pathlib import Path

from imukick.cli.screen import say
from imukick.sinks.arrivals_csv import arrivals_path, write_arrivals
from imukick.sinks.recording_csv import write_recording
from imukick.sinks.whole_file import check_place, whole_file
from imukick.sources.simulator.trio import TrioSpec, simulate_trio


def write_trio(trio: TrioSpec, out: Path, *, force: bool) -> None:
    """NAME.PLACE.csv and NAME.PLACE.arrivals.csv for each place, and NAME.truth.json. Raises `ImukickError`."""
    places = {place: out.with_suffix(f".{place}.csv") for place in trio.places}
    truth = out.with_suffix(".truth.json")
    for path in (truth, *places.values(), *map(arrivals_path, places.values())):
        check_place(path, force=force)
    made = simulate_trio(trio, out.stem)
    with whole_file(truth, force=force) as part:
        part.write_text(json.dumps(made.truth, indent=1) + "\n", encoding="utf-8")
        for place, path in places.items():
            beside = arrivals_path(path)
            meta = {**made.meta[place], "arrivals": beside.name, "seed": trio.spec.seed}
            write_recording(path, made.made[place].samples, (), meta, force=force)
            write_arrivals(beside, made.arrivals[place], force=force)
    kicks = len(made.truth["reps"])
    names = ", ".join(path.name for path in places.values())
    say(f"{names}: {kicks} kick{'' if kicks == 1 else 's'} in {made.truth['duration_s']:.1f} s; {truth.name}")

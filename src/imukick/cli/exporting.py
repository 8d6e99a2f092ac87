"""Work of `imukick export`: one row a format, each recording analysed and handed to its writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from imukick.analysis import Analysis, analyse
from imukick.cli.inputs import Inputs, find_inputs, real, recordings_among
from imukick.cli.playing import ReplayOptions, read_as_wished
from imukick.cli.screen import complain, say, warn
from imukick.cli.started import read_started
from imukick.errors import ImukickError, RecordingError
from imukick.sinks import bids, bids_folder, fit_file, opensim_file, strong_csv
from imukick.sinks.sets import SetRow, set_rows
from imukick.sinks.whole_file import check_place, whole_file
from imukick.sources.recordings import Recording


@dataclass(frozen=True, slots=True)
class Order:
    """What the user wants: the format, the place, who (`subject`) and when (`started`), over files or not."""

    form: str
    out: str
    subject: str
    started: str | None
    force: bool


@dataclass(frozen=True, slots=True)
class Played:
    """One recording and what it says."""

    path: Path
    recording: Recording
    analysis: Analysis

    @property
    def from_s(self) -> float:
        """First sample, on the recording's clock."""
        return float(self.recording.samples.t_s[0])

    @property
    def to_s(self) -> float:
        """Last sample."""
        return float(self.recording.samples.t_s[-1])

    def counted_sets(self) -> list[SetRow]:
        """A row for each set in which anything counts, of what counts."""
        counted = [rep for rep in self.analysis.reps if rep.counted]
        return [row for row in set_rows(counted, self.analysis.meta) if row.scope == "set"]

    def told(self) -> str:
        """What is in it, for the user."""
        sets = len(self.counted_sets())
        return f"{self.analysis.counted} counted in {sets} set{'' if sets == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Form:
    """A format: the endings a file of it may have (none: a folder), whether several recordings go into one, its writer."""

    endings: tuple[str, ...]
    several: bool
    write: Callable[[Sequence[Path], Callable[[Path], Played], Order], list[str]]
    check: Callable[[], None] | None = None


def export_all(named: list[str], wishes: ReplayOptions, order: Order) -> None:
    """Raises `ImukickError` for the first thing that is wrong; then nothing is written."""
    form = FORMS.get(order.form)
    if form is None:
        raise ImukickError(f"--as {order.form[:40]!r} is not known; known: {', '.join(FORMS)}")
    if not order.out:
        raise ImukickError("--out without a name; give a file, for bids a folder")
    inputs, others = recordings_among(find_inputs(named))
    if not inputs.paths:
        raise ImukickError("no recording among these files; name one, or its folder")
    _check(inputs, order, form)
    for path in others:
        complain(f"{path}: not a recording, left out")
    for line in form.write(inputs.paths, lambda path: _play(path, wishes, order), order):
        say(line)


def _check(inputs: Inputs, order: Order, form: Form) -> None:
    """Everything that can be wrong before anything is read."""
    out = Path(order.out)
    if len(inputs.paths) > 1 and not form.several:
        raise ImukickError(f"{order.form} holds one recording a file; export them one after the other")
    if order.started is not None:
        if len(inputs.paths) > 1:
            raise ImukickError("--started is said of one recording; export them one after the other")
        read_started(order.started)
    if real(out) in {real(path) for path in inputs.paths}:
        raise RecordingError("this is a recording; name another file to write to", path=out)
    if form.endings:
        if out.suffix.lower() not in form.endings:
            raise RecordingError(f"name it {' or '.join(form.endings)}", path=out)
        check_place(out, force=order.force)
    else:
        bids_folder.check_dataset(out, order.subject, force=order.force)
    if form.check is not None:
        form.check()


def _play(path: Path, wishes: ReplayOptions, order: Order) -> Played:
    recording = read_as_wished(path, wishes)
    if order.started is not None:
        recording = replace(recording, meta={**recording.meta, "started": order.started})
    try:
        analysis = analyse(recording, **wishes.told, target_rom_deg=wishes.target_rom_deg, one_pass=wishes.one_pass)
    except ValueError as error:
        raise ImukickError(str(error)) from None
    warn(path, analysis.meta["warnings"])
    return Played(path, recording, analysis)


def _began(played: Played, form: str, *, zone: bool) -> datetime:
    """When the recording began, on the wall's clock there, with its time `zone` where that is needed; never guessed."""
    said = played.analysis.meta["started"]
    wanted = "2026-05-01T18:30+02:00" if zone else "2026-05-01T18:30"
    if said is None:
        raise RecordingError(
            f"does not say when it began, and {form} needs that; give --started {wanted}", path=played.path
        )
    try:
        began = datetime.fromisoformat(str(said))
    except ValueError:
        raise RecordingError(
            f"its started {str(said)[:40]!r} is no time; give --started {wanted}", path=played.path
        ) from None
    if zone and began.tzinfo is None:
        raise RecordingError(
            f"its start {str(said)[:40]} has no time zone, and {form} needs it; give --started {wanted}",
            path=played.path,
        )
    return began


def _bids(paths: Sequence[Path], play: Callable[[Path], Played], order: Order) -> list[str]:
    place, runs, lines = Path(order.out), [], []
    with bids_folder.whole_person(place, order.subject, force=order.force) as own:
        for number, path in enumerate(paths, 1):
            played = play(path)
            one = played.analysis
            run = bids.BidsRun(played.recording.samples, one.moved, one.reps, one.meta)
            bids.write_run(own / "motion", order.subject, number, run)
            runs.append((number, bids.trackers(run), one.meta["started"]))
            lines.append(f"{place / own.name}: run {number}, {path.name}: {played.told()}")
        bids.write_table(own / f"{own.name}_scans.tsv", bids.scan_rows(order.subject, runs))
    return lines


def _fit(paths: Sequence[Path], play: Callable[[Path], Played], order: Order) -> list[str]:
    played = play(paths[0])
    began = _began(played, "FIT", zone=True)
    with whole_file(Path(order.out), force=order.force) as part:
        fit_file.write_fit(part, played.counted_sets(), began, played.from_s, played.to_s)
    return [f"{order.out}: {played.told()}"]


def _strong(paths: Sequence[Path], play: Callable[[Path], Played], order: Order) -> list[str]:
    lines: list[str] = []

    def workouts() -> Iterator[strong_csv.Workout]:
        for path in paths:
            played = play(path)
            began = _began(played, "a gym app's CSV", zone=False)
            lines.append(f"{order.out}: {path.name}: {played.told()}")
            yield strong_csv.Workout(played.counted_sets(), began, played.to_s - played.from_s, path.name)

    with (
        whole_file(Path(order.out), force=order.force) as part,
        part.open("w", encoding="utf-8", errors="replace", newline="\n") as file,
    ):
        strong_csv.write_strong(file, workouts())
    return lines


def _opensim(paths: Sequence[Path], play: Callable[[Path], Played], order: Order) -> list[str]:
    played = play(paths[0])
    with whole_file(Path(order.out), force=order.force) as part:
        rows = opensim_file.write_storage(part, played.analysis.moved)
    return [f"{order.out}: {rows} angles"]


FORMS: Final[dict[str, Form]] = {
    "bids": Form((), several=True, write=_bids),
    "fit": Form((".fit",), several=False, write=_fit, check=fit_file.check_fit_tool),
    "strong": Form((".csv",), several=True, write=_strong),
    "opensim": Form(opensim_file.ENDINGS, several=False, write=_opensim),
}

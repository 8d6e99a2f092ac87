"""The whole history to a file or folder, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

from imukick import __version__
from imukick.cli.history_place import asked_person, kept_history, nearest, the_history
from imukick.cli.screen import say
from imukick.errors import ImukickError, RecordingError
from imukick.plain_text import one_line
from imukick.sinks.history.export import write_csv, write_json
from imukick.sinks.history.restore import restore
from imukick.sinks.whole_file import whole_file


def export_history(db: str | None, person: str | None, out: Path, *, force: bool) -> None:
    """Write it, whole or not at all. Raises `ImukickError` for a place that cannot be written."""
    whose = None if person is None else asked_person(person)
    package = f"imukick {__version__}"
    with kept_history(db) as history:
        if whose is not None and whose not in history.people():
            raise ImukickError(f"no session of {one_line(whose, 40)!r} is kept{nearest(whose, history.people())}")
        history.connection.execute("BEGIN")  # one moment, whoever writes meanwhile
        try:
            if out.suffix.lower() == ".json":
                with whole_file(out, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
                    write_json(file, history.connection, package, whose)
            else:
                _check_folder(out)
                part = out.with_name(f".{out.name[:100]}.part")
                try:
                    part.mkdir()
                    write_csv(part, history.connection, package, whose)
                    if out.is_dir():
                        out.rmdir()  # empty
                    part.rename(out)
                except OSError as error:
                    raise RecordingError(f"cannot be written: {error.strerror or error}", path=out) from error
                finally:
                    shutil.rmtree(part, ignore_errors=True)
        finally:
            history.connection.execute("ROLLBACK")
    say(f"{out}: the history{'' if whose is None else f' of {whose}'}; imukick history restore reads it back")


def _check_folder(out: Path) -> None:
    """Raises `RecordingError` for a place where no new folder can be."""
    if out.suffix and not out.is_dir():
        raise RecordingError("name it .json, or a folder", path=out)
    if out.is_dir() and any(out.iterdir()):
        raise RecordingError("is not empty; name a new folder", path=out)
    if not out.resolve().parent.is_dir():
        raise RecordingError(f"there is no folder {out.resolve().parent}; make it first", path=out)


def restore_history(db: str | None, source: Path) -> None:
    """Take it in. Raises `ImukickError` for a file that is not an export, or damaged."""
    if not source.exists():
        raise RecordingError("is not there; name what imukick history export wrote", path=source)
    with the_history(db) as history:
        done = restore(history.connection, source)
    known = f", {done.known} were there already" if done.known else ""
    say(f"{done.added} session{'' if done.added == 1 else 's'} restored{known}")

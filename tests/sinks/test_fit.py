"""FIT: what fitdecode, a reader that shares no code with the writer, finds in the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fitdecode
import pytest

from imukick.errors import ImukickError
from imukick.sinks.fit_file import HEAVIEST_KG, write_fit
from imukick.sinks.sets import SetRow, set_rows
from imukick.variants import VARIANTS
from tests.sinks.rep_rows import a_rep

BEGAN = datetime.fromisoformat("2026-05-01T18:30:00.250+02:00")
HALF_MS = 0.0005 + 1e-9


def sets(*reps: Any, **meta: Any) -> list[SetRow]:
    rows = set_rows(reps, {"load": "none", "load_kg": None, "load_marks": []} | meta)
    return [row for row in rows if row.scope == "set"]


def read(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every message with its fields, the checksum looked at."""
    with fitdecode.FitReader(
        path, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as fit:
        return [
            (frame.name, {field.name: field.value for field in frame.fields if field.value is not None})
            for frame in fit
            if frame.frame_type == fitdecode.FIT_FRAME_DATA
        ]


def of(messages: list[tuple[str, dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    return [fields for found, fields in messages if found == name]


def written(
    tmp_path: Path, rows: list[SetRow], from_s: float = 0.5, to_s: float = 99.5
) -> list[tuple[str, dict[str, Any]]]:
    path = tmp_path / "a.fit"
    write_fit(path, rows, BEGAN, from_s, to_s)
    return read(path)


def test_sets_with_repetitions_weight_and_the_rests_between(tmp_path: Path) -> None:
    reps = [
        a_rep(index=n, set=1 + n // 3, load="ankle-weight", t_start_s=10.0 * n + 0.1234, t_end_s=10.0 * n + 4.0567)
        for n in range(5)
    ]
    rows = sets(*reps, load="ankle-weight", load_kg=2.5)
    messages = written(tmp_path, rows)
    found = of(messages, "set")
    assert [one["set_type"] for one in found] == ["active", "rest", "active"]
    active = [one for one in found if one["set_type"] == "active"]
    assert [one["repetitions"] for one in active] == [3, 2]
    assert [one["weight"] for one in active] == [2.5, 2.5]
    assert {one["weight_display_unit"] for one in active} == {"kilogram"}
    for one, row in zip(active, rows, strict=True):
        assert one["duration"] == pytest.approx(row.t_end_s - row.t_start_s, abs=HALF_MS)
        exact = BEGAN + timedelta(seconds=row.t_start_s - 0.5)
        assert abs((one["start_time"] - exact).total_seconds()) <= 0.5
    assert found[1]["duration"] == pytest.approx(rows[1].t_start_s - rows[0].t_end_s, abs=HALF_MS)
    assert [one["message_index"] for one in found] == [0, 1, 2]


def test_an_activity_that_readers_know_what_to_do_with(tmp_path: Path) -> None:
    messages = written(tmp_path, sets(a_rep()))
    (identity,) = of(messages, "file_id")
    (session,) = of(messages, "session")
    (activity,) = of(messages, "activity")
    assert messages[0][0] == "file_id"
    assert identity["type"] == "activity"
    assert identity["time_created"] == datetime(2026, 5, 1, 16, 30, tzinfo=UTC)
    assert (session["sport"], session["sub_sport"]) == ("training", "strength_training")
    assert session["total_elapsed_time"] == 99.0
    assert activity["local_timestamp"] - activity["timestamp"] == timedelta(hours=2)
    assert activity["num_sessions"] == 1


@pytest.mark.parametrize(
    ("posture", "loaded"),
    [(posture, loaded) for posture, one in VARIANTS.items() if one.fit_names for loaded in (False, True)],
)
def test_the_exercise_has_its_name(tmp_path: Path, posture: str, loaded: bool) -> None:
    rep = a_rep(posture=posture, load="band" if loaded else "none")
    messages = written(tmp_path, sets(rep))
    (one,) = of(messages, "set")
    (title,) = of(messages, "exercise_title")
    numbers = {"standing": (30, 31), "quadruped": (19, 20)}  # hip_stability_exercise_name in FIT's profile
    assert (one["category"], one["category_subtype"]) == ("hip_stability", numbers[posture][loaded])
    assert (title["exercise_category"], title["exercise_name"]) == ("hip_stability", one["category_subtype"])
    assert "weight" not in one, "no mass is made up"


def test_a_posture_without_a_name_is_called_unknown(tmp_path: Path) -> None:
    messages = written(tmp_path, sets(a_rep(posture="prone")))
    (one,) = of(messages, "set")
    assert one["category"] == "unknown"
    assert "category_subtype" not in one
    assert of(messages, "exercise_title") == []


def test_weights_are_held_to_a_sixteenth_of_a_kilogram(tmp_path: Path) -> None:
    for load_kg in (0.1, 1.03, 2.0, 17.77, HEAVIEST_KG):
        rows = sets(a_rep(load="ankle-weight"), load="ankle-weight", load_kg=load_kg)
        (one,) = of(written(tmp_path, rows), "set")
        assert one["weight"] == pytest.approx(load_kg, abs=1 / 32 + 1e-9)
    rows = sets(a_rep(load="machine"), load="machine", load_kg=HEAVIEST_KG + 1)
    (one,) = of(written(tmp_path, rows), "set")
    assert "weight" not in one


@pytest.mark.parametrize(
    "began", ["0001-01-01T00:00+14:00", "1998-12-31T23:59Z", "2126-01-01T00:00Z", "9999-12-31T23:59-12:00"]
)
def test_a_time_that_fit_cannot_hold_is_told(tmp_path: Path, began: str) -> None:
    with pytest.raises(ImukickError, match="cannot hold a start in"):
        write_fit(tmp_path / "a.fit", [], datetime.fromisoformat(began), 0.0, 1.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("began", ["1999-01-01T00:00:00+14:00", "2125-12-31T23:59:59-12:00"])
def test_the_ends_of_what_it_can_hold(tmp_path: Path, began: str) -> None:
    path = tmp_path / "a.fit"
    write_fit(path, [], datetime.fromisoformat(began), 0.0, 1.0)
    (identity,) = of(read(path), "file_id")
    assert identity["time_created"] == datetime.fromisoformat(began)


def test_nothing_counted_is_an_activity_without_sets(tmp_path: Path) -> None:
    messages = written(tmp_path, [])
    assert of(messages, "set") == []
    assert len(of(messages, "activity")) == 1

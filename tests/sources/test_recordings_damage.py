"""What loggers and copying do to files: packed pieces behind each other, zeros for lost rows, times without their zeros."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imukick import Samples, read_recording
from imukick.sources.recordings.finding import recordings_in, recordings_of_folder
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import KICK, SMALL, close, read, told, told_of, written

HEAD = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
SIX = np.column_stack([KICK.acc_mps2, KICK.gyr_radps])


def rows(times: list[str], six: np.ndarray = SIX) -> list[str]:
    return [",".join([t, *(f"{v:.5f}" for v in row)]) for t, row in zip(times, six.tolist(), strict=True)]


def six_of(samples: Samples) -> np.ndarray:
    return np.column_stack([samples.acc_mps2, samples.gyr_radps])


PLAIN = rows([f"{t:.4f}" for t in KICK.t_s.tolist()])


@pytest.mark.parametrize("header_again", [False, True])
@pytest.mark.parametrize("padding", [b"", b"\0" * 512])
def test_packed_pieces_behind_each_other_are_all_read(tmp_path: Path, header_again: bool, padding: bytes) -> None:
    first, second = [HEAD, *PLAIN[:150]], [*([HEAD] if header_again else []), *PLAIN[150:]]
    packed = b"".join(gzip.compress(("\n".join(lines) + "\n").encode()) for lines in (first, second))
    (tmp_path / "a.csv.gz").write_bytes(packed + padding)
    close(read_recording(tmp_path / "a.csv.gz"), KICK)
    (tmp_path / "a.csv.gz").write_bytes(packed + b"and more")
    assert "cannot be unpacked: more follows its end; copy it again" in told(tmp_path / "a.csv.gz")
    (tmp_path / "a.csv.gz").write_bytes(packed[:-9])
    assert "cannot be unpacked: its end is missing; copy it again" in told(tmp_path / "a.csv.gz")


SAVED_AGAIN: dict[str, Callable[[Samples], str]] = {
    "dot": made.movella_dot,
    "OpenLog Artemis": lambda samples: made_others.openlog_artemis(samples, micros=True),
    "ActiGraph Link": made_others.actigraph_link,
    "AX6": made_others.axivity,
    "movesense": made.movesense,
    "own": lambda samples: "\n".join([HEAD, *rows([f"{t:.4f}" for t in samples.t_s.tolist()], six_of(samples))]),
}


@pytest.mark.parametrize("form", SAVED_AGAIN)
@pytest.mark.parametrize("how", ["semicolons and decimal commas", "tabs", "line ends twice"])
def test_formats_that_a_table_program_saved_again(tmp_path: Path, form: str, how: str) -> None:
    text = SAVED_AGAIN[form](SMALL).replace("\r\n", "\n")
    if how == "tabs":
        text = text.replace(",", "\t")
    elif how == "line ends twice":
        text = text.replace("\n", "\r\r\n")
    else:
        text = text.replace(",", ";").replace(".", ",")
    close(read(tmp_path, text), SMALL)


def test_a_pair_that_a_table_program_saved_again(tmp_path: Path) -> None:
    files = made.sensor_logger(KICK)
    as_it_was = read_recording(written(tmp_path / "one", files)).samples
    again = {name: text.replace(",", ";").replace(".", ",") for name, text in files.items()}
    folder = written(tmp_path / "two", again)
    assert np.array_equal(read_recording(folder).samples.gyr_radps, as_it_was.gyr_radps)
    assert len(recordings_of_folder(folder)) == len(recordings_in(sorted(folder.iterdir()))) == 1


def test_rows_of_zeros_are_lost_samples(tmp_path: Path) -> None:
    lost = np.arange(len(KICK)) % 100 < 7
    times = [f"{t:.4f}" for t in KICK.t_s.tolist()]
    filled = read(tmp_path, "\n".join([HEAD, *rows(times, np.where(lost[:, None], 0.0, SIX))]))
    left_out = read(tmp_path, "\n".join([HEAD, *(row for row, gone in zip(PLAIN, lost, strict=True) if not gone)]))
    assert np.array_equal(filled.samples.t_s, left_out.samples.t_s)
    assert np.array_equal(filled.samples.gyr_radps, left_out.samples.gyr_radps)
    assert filled.warnings == (
        f"{lost.sum()} rows hold zeros alone, which no sensor at rest or in motion reads; they are taken for lost samples",
    )
    most = np.where((np.arange(len(KICK)) % 10 > 2)[:, None], 0.0, SIX)
    assert "70% of its rows hold zeros alone; export it again" in told_of(
        tmp_path, "\n".join([HEAD, *rows(times, most)])
    )


@pytest.mark.parametrize("dated", [False, True])
def test_milliseconds_without_their_zeros_read_once_they_have_them(tmp_path: Path, dated: bool) -> None:
    def written(digits: int) -> str:
        parts = [divmod(round(1000 * t), 1000) for t in KICK.t_s.tolist()]
        times = [f"{f'10:00:{s:02d}' if dated else s}.{ms:0{digits}d}" for s, ms in parts]
        return "\n".join([HEAD.replace("t_s", "timestamp") if dated else HEAD, *rows(times)])

    said = told_of(tmp_path, written(1))
    assert "time runs backwards in nearly every second, here from 0.8 to 0.1 s, as where milliseconds" in said
    close(read(tmp_path, written(3)), KICK)  # what the line says


def test_a_restart_every_second_is_no_missing_zero(tmp_path: Path) -> None:
    short = SMALL.t_s.tolist()[:100]
    text = "\n".join([HEAD, *(row for _ in range(3) for row in rows([f"{t:.4f}" for t in short], SIX[:100]))])
    assert "3 parts" in told_of(tmp_path, text)

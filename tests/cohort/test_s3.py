"""A cohort from an object store into an object store: moto's S3 server on loopback, real HTTP between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from imukick.sinks.cohort_tables import NAMES
from tests.cli.command import runner
from tests.cohort.clusters import cluster

if not all(find_spec(name) for name in ("distributed", "pyarrow", "s3fs", "moto", "flask_cors")):
    pytest.skip("no S3 to try: pip install 'imukick[s3]' 'moto[s3]' flask flask-cors", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")  # of botocore and flask


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system with an empty bucket `study`."""
    from fsspec.core import url_to_fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "none"),
        ("AWS_SECRET_ACCESS_KEY", "none"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
    ):
        monkeypatch.setenv(name, value)
    fs, _ = url_to_fs("s3://study", skip_instance_cache=True)
    fs.mkdir("study")
    yield fs
    server.stop()


def test_a_cohort_in_s3_is_the_one_on_the_disk(
    bucket: Any, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    imukick = runner(monkeypatch, capsys)
    names = ("standing_25hz.csv", "prone_slow.csv")
    for name in names:
        (tmp_path / "in").mkdir(exist_ok=True)
        shutil.copy(root / "recordings" / name, tmp_path / "in")
        bucket.put(str(tmp_path / "in" / name), f"study/in/{name}")
    bucket.pipe_file("study/in/broken.csv", b"no recording")
    (tmp_path / "in" / "broken.csv").write_bytes(b"no recording")
    with cluster(tmp_path, 1) as (address, _):
        for named, out in ((str(tmp_path / "in"), str(tmp_path / "out")), ("s3://study/in", "s3://study/out")):
            assert imukick("cohort", named, "-o", out, "--scheduler", address).code == 0
        again = imukick("cohort", "s3://study/in", "-o", "s3://study/out", "--scheduler", address, "--resume")
        assert again.out.endswith("; 2 recordings kept\n")
        assert "exists already" in imukick("cohort", "s3://study/in", "-o", "s3://study/out").err
        assert "no recording there" in imukick("cohort", "s3://study/none", "-o", "s3://study/new").err
        assert "no such file, folder or bucket" in imukick("cohort", "s3://nobody/x", "-o", "s3://study/new").err
    bucket.invalidate_cache()
    for table in NAMES:
        here = {path.name: path.read_bytes() for path in (tmp_path / "out" / table).iterdir()}
        there = {
            path.rsplit("/", 1)[-1]: bucket.cat_file(path) for path in bucket.ls(f"study/out/{table}", detail=False)
        }
        assert here == there

"""A cohort from inputs to tables: Dask distributes, this writes each partition when all of it is there, and nothing twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from imukick.cohort.inputs import Item
from imukick.cohort.one import Chunk, Done, analyse_chunk, lost, version
from imukick.cohort.store import Store
from imukick.errors import ImukickError
from imukick.sinks import cohort_tables

CHUNK: Final = 16
"""Recordings of one task at most (chosen: a second or two of work, against a millisecond that a scheduler needs for a task)."""
BUCKETS: Final = 256
"""Partitions of every table."""
PATIENCE_S: Final = 10.0
"""How long a scheduler may take to answer (chosen)."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a cohort is run: `workers` processes here, or an existing cluster at `scheduler`; `shard` (i, n): only that part of it."""

    one_pass: bool = False
    resume: bool = False
    workers: int | None = None
    scheduler: str | None = None
    shard: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise ImukickError(f"--workers {self.workers}: give at least 1")
        if self.workers is not None and self.scheduler is not None:
            raise ImukickError("--scheduler names a cluster that has its own workers; leave --workers out")
        if self.shard is not None and not 1 <= self.shard[0] <= self.shard[1] <= BUCKETS:
            raise ImukickError(f"--shard {self.shard[0]}/{self.shard[1]}: give i/n with 1 <= i <= n <= {BUCKETS}")

    @property
    def part(self) -> str:
        """Name of what this run says of itself."""
        return "run" if self.shard is None else f"shards/{self.shard[0]:03d}-of-{self.shard[1]:03d}"

    def owns(self, bucket: str) -> bool:
        """Whether a partition is this run's."""
        return self.shard is None or int(bucket, 16) % self.shard[1] == self.shard[0] - 1


@dataclass(slots=True)
class Progress:
    """How far a run is: recordings `done` of `total`, of these `kept` from before, with `problems`; seconds of recording computed."""

    total: int
    done: int = 0
    kept: int = 0
    problems: int = 0
    recorded_s: float = 0.0


@dataclass(slots=True)
class _Bucket:
    """A partition while its chunks come in."""

    items: list[Item]
    missing: int = 0
    kept: list[str] = field(default_factory=list)
    pieces: list[Mapping[str, Any]] = field(default_factory=list)


def check_store(store: Store, order: Order) -> None:
    """Raise `ImukickError` where OUT cannot be written to: it exists, or its tables have another schema."""
    said = store.read("schema.json") if store.exists() else None
    if said is None:
        if store.exists():
            raise ImukickError(f"{store.place} exists and is no cohort; name another folder")
        return
    if not order.resume and (order.shard is None or store.read(f"{order.part}.json") is not None):
        raise ImukickError(f"{store.place} exists already; go on with --resume, or name another folder")
    if said != _schema():
        raise ImukickError(
            f"{store.place} was written with another schema; name another folder, and run all of it there"
        )


def run(items: Sequence[Item], store: Store, order: Order, watch: Callable[[Progress], None]) -> Progress:
    """Analyse these recordings into the store; `watch` hears of every task that ended.

    Raises `ImukickError` for a store that cannot be used and a cluster that cannot.
    """
    check_store(store, order)
    mine = [item for item in items if order.owns(item.bucket)]
    with _client(order) as client:
        store.write("schema.json", _schema())
        known = _known(store, order) if order.resume else {}
        buckets: dict[str, _Bucket] = {}
        for item in sorted(mine, key=lambda one: (one.bucket, one.name)):
            buckets.setdefault(item.bucket, _Bucket([])).items.append(item)
        progress = Progress(len(mine))
        for bucket, done, count in _work(client, list(_chunks(buckets, known, order)), buckets):
            progress.done += count
            progress.kept += len(done.kept)
            progress.problems += done.problems
            progress.recorded_s += done.recorded_s
            whole = buckets[bucket]
            whole.kept += done.kept
            whole.pieces.append(done.tables)
            whole.missing -= 1
            if not whole.missing:
                _write(store, bucket, buckets.pop(bucket), known.get(bucket, {}))
            watch(progress)
    for bucket in known.keys() - {item.bucket for item in mine}:
        _write(store, bucket, _Bucket([]), known[bucket])
    return progress


def _schema() -> bytes:
    return json.dumps(cohort_tables.written_schema(), indent=1).encode()


def _chunks(buckets: Mapping[str, _Bucket], known: Mapping[str, Mapping[str, str]], order: Order) -> Iterator[Chunk]:
    for name, bucket in buckets.items():
        there = known.get(name, {})
        for at in range(0, len(bucket.items), CHUNK):
            items = tuple(bucket.items[at : at + CHUNK])
            keys = {item.name: there[item.name] for item in items if item.name in there}
            bucket.missing += 1
            yield Chunk(name, items, keys, order.one_pass)


def _work(client: Any, chunks: Sequence[Chunk], buckets: Mapping[str, _Bucket]) -> Iterator[tuple[str, Done, int]]:
    """Bucket, result and number of recordings of each task as it ends.

    A task that failed is given out again as a task for each of its recordings, so that it is known which one it was.
    """
    from distributed import as_completed

    waiting = dict(zip(client.map(analyse_chunk, chunks, pure=False), chunks, strict=True))
    running = as_completed(list(waiting))
    for future in running:
        chunk = waiting.pop(future)
        error = (
            future.exception()
        )  # waits: a result is lost, and computed once more, when its worker dies before we have it
        if error is None:
            yield chunk.bucket, future.result(), len(chunk.items)
        elif len(chunk.items) > 1:
            alone = [replace(chunk, items=(item,)) for item in chunk.items]
            buckets[chunk.bucket].missing += len(alone) - 1
            again = client.map(analyse_chunk, alone, pure=False)
            waiting |= dict(zip(again, alone, strict=True))
            running.update(again)
        else:
            yield chunk.bucket, lost(chunk.items[0], f"{type(error).__name__}: {error}"), 1
        future.release()


def _known(store: Store, order: Order) -> dict[str, dict[str, str]]:
    """Bucket -> recording -> key of the rows that are there; of one with a problem nothing, so that it is tried again."""
    found: dict[str, dict[str, str]] = {}
    for name in store.names("sessions"):
        bucket = name.removeprefix("part-").removesuffix(".parquet")
        tables = _read(store, bucket) if order.owns(bucket) else None
        if tables is None:
            continue
        columns = (tables["sessions"].column(one).to_pylist() for one in ("recording", "key"))
        found[bucket] = dict(zip(*columns, strict=True)) | dict.fromkeys(
            tables["problems"].column("recording").to_pylist(), ""
        )
    return found


def _read(store: Store, bucket: str) -> dict[str, Any] | None:
    """The tables of a partition; None where one is missing or damaged."""
    out: dict[str, Any] = {}
    for table in cohort_tables.NAMES:
        data = store.read(f"{table}/part-{bucket}.parquet")
        piece = None if data is None else cohort_tables.from_parquet(table, data)
        if piece is None:
            return None
        out[table] = piece
    return out


def _write(store: Store, bucket: str, whole: _Bucket, known: Mapping[str, str]) -> None:
    """Write a partition's tables, `sessions` last, unless all that is in it was there already."""
    order = {item.name: n for n, item in enumerate(whole.items)}
    if set(whole.kept) == set(order) == set(known):
        return
    there = _read(store, bucket) if whole.kept else None
    if whole.kept and there is None:
        raise ImukickError(
            f"{store.place}: partition {bucket} changed while this run went on; run it again with --resume"
        )
    for table in cohort_tables.NAMES:
        pieces = [piece[table] for piece in whole.pieces]
        if there is not None:
            pieces.append(cohort_tables.only(there[table], whole.kept))
        piece = cohort_tables.joined(table, pieces, order.__getitem__)
        store.write(f"{table}/part-{bucket}.parquet", cohort_tables.to_parquet(piece))


@contextmanager
def _client(order: Order) -> Iterator[Any]:
    """A Dask client: of the cluster that is there, or of processes on this computer that end with the block."""
    try:
        import dask.config
        from distributed import Client, LocalCluster
    except ImportError:
        raise ImukickError("cohort needs Dask and fsspec; install them with: pip install 'imukick[cohort]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is wrong becomes a row, or one line
    if order.scheduler is not None:
        try:
            client = Client(order.scheduler, timeout=PATIENCE_S)
        except (OSError, TimeoutError, ValueError):
            raise ImukickError(
                f"no Dask scheduler answers at {order.scheduler}; start one with: dask scheduler"
            ) from None
        with client:
            _check_workers(client, order.scheduler)
            yield client
        return
    workers = order.workers or (1 if order.shard is not None else None)
    quiet = {"distributed.logging.distributed": "critical", "distributed.worker.daemon": True}
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=workers or dask.system.CPU_COUNT,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # none would take port 8787
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        raise ImukickError(
            f"the scheduler at {address} has no workers; start some with: dask worker {address}"
        ) from None
    try:
        found = set(client.run(version).values())
    except (ImportError, AttributeError) as error:
        raise ImukickError(f"the workers of {address} cannot use imukick ({error}); install it there") from None
    if found != {version()}:
        raise ImukickError(
            f"the workers of {address} have imukick {', '.join(found)}, this is {version()}; install the same"
        )

"""Other work on the machine while a run lasts: a busy core, or a busy disk; bounded, and gone afterwards.

``python -m bench.neighbours core SECONDS`` computes, ``python -m bench.neighbours disk SECONDS FILE`` writes and syncs.
Either ends by itself after so many seconds, also when the bench that started it was killed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.runs import DEADLINE_S, ROOT

BLOCK = bytes(1 << 20)
FILE_BLOCKS = 256
"""The file is never larger than this many MiB: it is written from its start again."""
MOST_BLOCKS = 16_384
"""All that is written in one run, MiB."""
SYNC_EVERY = 8
ENDS_S = 10.0
MB = 1e6

CONDITIONS: Mapping[str, str] = {
    "quiet": "nothing else runs",
    "core": "beside one process that keeps a core busy, at nice 0",
    "disk": "beside one process that writes and syncs a file in the run folder's file system",
}
"""What a healthy run has beside it."""


def burn(for_s: float) -> None:
    """Keep a core busy, at the priority that other programs have."""
    os.setpriority(os.PRIO_PROCESS, 0, 0)
    until_s = time.monotonic() + for_s
    while time.monotonic() < until_s:
        sum(range(10_000))


def write_and_sync(file: Path, for_s: float) -> None:
    """Keep a disk busy with one file, and remove it."""
    until_s = time.monotonic() + for_s
    try:
        with file.open("xb", buffering=0) as out:
            for block in range(MOST_BLOCKS):
                if time.monotonic() >= until_s:
                    return
                if block % FILE_BLOCKS == 0:
                    out.seek(0)
                out.write(BLOCK)
                if block % SYNC_EVERY == 0:
                    os.fsync(out.fileno())
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def beside(condition: str, folder: Path, for_s: float = DEADLINE_S) -> Iterator[dict[str, float]]:
    """The other work of a condition, for as long as this is open; the yielded dict says afterwards what it did.

    Raises:
        RuntimeError: it ended before it was to: the condition was not there all the time.
    """
    did: dict[str, float] = {}
    if condition == "quiet":
        yield did
        return
    file = folder / f"busy-{os.getpid()}.tmp"
    given = ("core", str(for_s)) if condition == "core" else ("disk", str(for_s), str(file))
    folder.mkdir(parents=True, exist_ok=True)
    neighbour = subprocess.Popen([sys.executable, "-m", "bench.neighbours", *given], cwd=ROOT)
    try:
        yield did
        if neighbour.poll() is not None:
            raise RuntimeError(f"the busy {condition} ended early, with {neighbour.returncode}")
        used = psutil.Process(neighbour.pid)
        did["neighbour_cpu_s"] = round(used.cpu_times().user + used.cpu_times().system, 1)
        did["neighbour_wrote_mb"] = round(used.io_counters().write_bytes / MB)
    finally:
        neighbour.terminate()
        neighbour.wait(ENDS_S)
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    kind, seconds, *where = sys.argv[1:]
    if kind == "core":
        burn(float(seconds))
    else:
        write_and_sync(Path(where[0]), float(seconds))

"""Run a drill as a person would, and read what its folder says."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LAB = (str(Path(sys.executable).with_name("lab")),)
DEADLINE_S = 900


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run. ``begun_s``: CLOCK_MONOTONIC when the command was started."""

    folder: Path
    exit_code: int
    begun_s: float

    @property
    def judged(self) -> bool:
        """Whether there is a verdict: a run that was refused has none."""
        return (self.folder / "verdict.json").is_file()

    @property
    def verdict(self) -> dict[str, Any]:
        """``verdict.json``."""
        found: dict[str, Any] = json.loads((self.folder / "verdict.json").read_text())
        return found

    @property
    def epoch_s(self) -> int:
        """The run's zero on CLOCK_MONOTONIC."""
        ledger = (self.folder / "ledger.jsonl").read_text().splitlines()
        return int(json.loads(ledger[0])["epoch_s"])

    def events(self, kind: str) -> Iterator[dict[str, Any]]:
        """The journal's events of one type."""
        for line in (self.folder / "journal.jsonl").read_text().splitlines():
            event = json.loads(line)
            if event["type"] == kind:
                yield event

    def phase(self, name: str) -> tuple[float, float]:
        """Start and end of a phase on the run's clock; an empty span when the run did not get through it."""
        entered = list(self.events("phase.entered"))
        for event, following in pairwise(entered):
            if event["phase"] == name:
                return event["t"], following["t"]
        return 0.0, 0.0


def run_drill(drill: str, folder: Path, runtime: str, *options: str) -> Run:
    """``lab run DRILL`` into ``folder``; what it prints goes beside it.

    Raises:
        subprocess.TimeoutExpired: it did not end within a quarter of an hour.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted benchmark left
    begun_s = time.monotonic()
    command = [*LAB, "run", drill, "--runtime", runtime, "--out", str(folder), *options]
    with folder.with_suffix(".log").open("w") as log:
        done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, timeout=DEADLINE_S, check=False)
    return Run(folder, done.returncode, begun_s)

"""The command ``lab`` as a person calls it, on real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
import pytest

from chaos.lease import LEASE_S
from chaos.mark import run_mark
from chaos.process.identity import of_run
from chaos.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
LAB = [sys.executable, "-c", "from lab.cli import main; main()"]
UNMEASURED = [sys.executable, "-m", "tests.live.unmeasured"]
SHORT = Path(__file__).with_name("short.yaml")
DEADLINE_S = 120
GONE_WITHIN_S = LEASE_S + (5 if int(os.environ.get("LAB_KILLS", "8")) >= 100 else 40)
"""The lease and five seconds, as is promised, in `make soak`; with room where the machine has other work beside."""


@dataclass
class Command:
    """A started ``lab``, with its run folder and what it prints."""

    process: subprocess.Popen[str]
    folder: Path
    output: Path

    def events(self) -> list[dict[str, Any]]:
        """The journal's whole lines so far."""
        try:
            lines = (self.folder / "journal.jsonl").read_text().split("\n")[:-1]
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    async def seen(self, what: str, **fields: object) -> dict[str, Any]:
        """Wait for an event with these fields."""

        def found() -> dict[str, Any] | str | None:
            ended = "it ended" if self.process.poll() is not None else None
            wanted = {"type": what, **fields}
            return next((e for e in self.events() if wanted.items() <= e.items()), None) or ended

        event = await wait_until(found, DEADLINE_S, f"{what} {fields}")
        assert isinstance(event, dict), f"no {what} {fields} to the end: {self.output.read_text()[-3000:]}"
        return event

    async def says(self, text: str) -> None:
        """Wait until it prints this."""
        await wait_until(
            lambda: text in self.output.read_text(), DEADLINE_S, f"lab to say {text!r}", every_s=0.01
        )

    def end(self) -> int:
        """Wait for its exit code."""
        return self.process.wait(DEADLINE_S)

    async def ended(self) -> int:
        """Wait for its exit code, while other labs run."""
        await wait_until(lambda: self.process.poll() is not None, DEADLINE_S, "lab to end")
        return self.process.wait(0)

    def pid_of(self, service: str) -> int:
        """The process of a service, or of the watchdog."""
        record = "watchdog.json" if service == "watchdog" else f"processes/{service}.json"
        return int(json.loads((self.folder / record).read_text())["pid"])

    async def gone(self, within_s: float = GONE_WITHIN_S) -> None:
        """Wait until nothing of it runs any more: by default as long as a lab that was killed may take for that."""
        await wait_until(lambda: not self.left(), within_s, f"everything of {self.folder.name} to be gone")

    def marked(self) -> list[int]:
        """The processes that carry its mark."""
        return [pid for pid, _ in of_run(run_mark(self.folder.name, self.folder))]

    def left(self) -> list[str]:
        """Processes that this run left behind, and its watchdog."""
        marked = [str(pid) for pid in self.marked()]
        about = [
            " ".join(p.info["cmdline"])
            for p in psutil.process_iter(["cmdline"])
            if p.info["cmdline"] and str(self.folder) in " ".join(p.info["cmdline"]) and p.pid != os.getpid()
        ]
        return marked + about


@dataclass
class Start:
    """Starts labs, each with a run folder of the test's own and a process group of its own; ends what is left."""

    folder: Path
    started: list[Command] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for command in self.started:
            if command.process.poll() is None:
                command.process.send_signal(signal.SIGTERM)
                command.process.wait(60)

    def __call__(self, *arguments: str) -> Command:
        """``lab`` with these arguments."""
        run = self._next()
        return self._start(run, [*LAB, *arguments, "--out", str(run)])

    def short(self, drill: Path = SHORT, runtime: str = "embedded", run: Path | None = None) -> Command:
        """A short drill that takes no turn at the machine: others may run at the same time."""
        run = run or self._next()
        return self._start(run, [*UNMEASURED, str(drill), runtime, str(run)])

    def _next(self) -> Path:
        return self.folder / ".lab" / "runs" / f"{self.folder.name}-{len(self.started):03d}"

    def _start(self, run: Path, command: list[str]) -> Command:
        output = self.folder / f"output{len(self.started)}"
        with output.open("w") as file:
            process = subprocess.Popen(
                command, stdout=file, stderr=file, text=True, cwd=ROOT, start_new_session=True
            )
        self.started.append(Command(process, run, output))
        return self.started[-1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts labs."""
    with Start(tmp_path) as start:
        yield start

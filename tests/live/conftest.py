"""The command ``lab`` as a person calls it, on real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from chaos.mark import run_mark
from chaos.process import of_run
from chaos.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
LAB = [sys.executable, "-c", "from lab.cli import main; main()"]
DEADLINE_S = 120


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

        def found() -> dict[str, Any] | None:
            assert self.process.poll() is None, f"lab ended: {self.output.read_text()[-3000:]}"
            wanted = {"type": what, **fields}
            return next((e for e in self.events() if wanted.items() <= e.items()), None)

        event = await wait_until(found, DEADLINE_S, f"{what} {fields}")
        assert event is not None
        return event

    def end(self) -> int:
        """Wait for its exit code."""
        return self.process.wait(DEADLINE_S)

    def left(self) -> list[str]:
        """Processes that this run left behind, and its watchdog."""
        marked = [f"{pid}" for pid, _ in of_run(run_mark(self.folder.name, self.folder))]
        about = [
            " ".join(p.info["cmdline"])
            for p in psutil.process_iter(["cmdline"])
            if p.info["cmdline"] and str(self.folder) in " ".join(p.info["cmdline"]) and p.pid != os.getpid()
        ]
        return marked + about


Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts ``lab`` with arguments and a run folder of the test's own; kills what a failed test leaves."""
    started: list[Command] = []

    def begin(*arguments: str) -> Command:
        folder = tmp_path / ".lab" / "runs" / f"{tmp_path.name}-{len(started)}"
        output = tmp_path / f"output{len(started)}"
        with output.open("w") as file:
            process = subprocess.Popen(
                [*LAB, *arguments, "--out", str(folder)], stdout=file, stderr=file, text=True, cwd=ROOT
            )
        started.append(Command(process, folder, output))
        return started[-1]

    yield begin
    for command in started:
        if command.process.poll() is None:
            command.process.send_signal(signal.SIGTERM)
            command.process.wait(60)

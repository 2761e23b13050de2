"""What the services of a run wrote: asked of the lab while it lives, read from the run's folder when it is over."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from lab.remote.client import LabClient, Unreachable, listens, the_living
from lab.runs.folder import RunFolder, UnknownRunError, find_run

OF_THE_LAB = frozenset({"lab", "recover", "watchdog"})
"""Logs in the folder that are no service's."""


class Logs(Protocol):
    """The logs of one run, by service."""

    living: bool
    """Whether more may come."""

    async def services(self) -> tuple[str, ...]:
        """Whose logs there should be."""

    def lines(self, service: str, *, follow: bool = False) -> AsyncIterator[str]:
        """A log, oldest line first; with ``follow``, where the run lives, also what is to come.

        Raises:
            Unreachable: there is no such log, or the lab went away.
        """


class LivingLogs:
    """Asked of a living lab."""

    living = True

    def __init__(self, client: LabClient) -> None:
        self._client = client

    async def services(self) -> tuple[str, ...]:
        """Those that the lab has started."""
        return tuple((await self._client.call("GET", "/logs"))["services"])

    def lines(self, service: str, *, follow: bool = False) -> AsyncIterator[str]:
        """As the lab sends them."""
        return self._client.lines(f"/logs/{service}?follow={int(follow)}")


class KeptLogs:
    """The files ``logs/<service>.log`` of a run's folder; nothing else of it is needed."""

    living = False

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    async def services(self) -> tuple[str, ...]:
        """Those with a file."""
        return tuple(
            sorted(file.stem for file in self._run.logs.glob("*.log") if file.stem not in OF_THE_LAB)
        )

    async def lines(self, service: str, *, follow: bool = False) -> AsyncIterator[str]:  # noqa: ARG002  it is over
        """Bytes that are no text are shown as such; a last line may be truncated."""
        file = self._run.logs / f"{service}.log"
        if not file.is_file() or file.parent != self._run.logs:
            known = ", ".join(await self.services()) or "none at all"
            raise Unreachable(f"{self._run.logs} has no log of {service!r}; there are: {known}")
        with file.open("rb") as log:
            for line in log:
                yield line.decode(errors="replace").rstrip("\r\n")


def open_logs(home: Path, name: str | None) -> Logs:
    """The logs of a run by its name, its folder or ``latest``; None: of the one that lives.

    A folder that has lost its journal will do: whoever asks for logs may have nothing else.

    Raises:
        Unreachable: none lives.
        UnknownRunError: there is no run of this name.
    """
    if name is None:
        try:
            return LivingLogs(LabClient(the_living(home)))
        except Unreachable as none:
            raise Unreachable(f"{none} The logs of a run that is over: `--run latest`.") from none
    try:
        run = find_run(home, name)
    except UnknownRunError:
        run = RunFolder(Path(name).resolve())
        if not run.logs.is_dir():
            raise
    return LivingLogs(LabClient(run)) if listens(run) else KeptLogs(run)

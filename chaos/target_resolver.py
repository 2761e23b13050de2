"""What a fault may ask of the world: where a service is, and how to get hold of it. Runtimes satisfy it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field


class Ability(StrEnum):
    """What some runtimes can do and others can't; a drill that needs a missing one is unsupported.

    A device has its ``listen-queue`` from its start; ``live-listen-queue`` is to change it while it listens.
    """

    CPU_CAP = "cpu-cap"
    PAUSE = "pause"
    KILL = "kill"
    LISTEN_QUEUE = "listen-queue"
    LIVE_LISTEN_QUEUE = "live-listen-queue"
    OWN_PYTHON = "own-python"
    """Services run with the lab's own Python: what isn't installed beside the lab, they don't have."""


class Process(BaseModel):
    """A local process, addressed so that it can't be mistaken: a reused pid has another start time.

    ``started_ticks`` is field 22 of /proc/PID/stat (clock ticks since boot). ``spec`` is the JSON file that
    it was started from (argv, env, cwd, log), ``record`` the JSON file that holds its present pid and start
    time, ``governor`` the folder of its CPU governor, where one runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["process"] = "process"
    service: str
    pid: int
    started_ticks: int
    spec: Path
    record: Path
    governor: Path | None = None


class Container(BaseModel):
    """A container, by its full id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["container"] = "container"
    service: str
    id: str


Handle = Annotated[Process | Container, Field(discriminator="kind")]


class TargetResolver(Protocol):
    """Names -> handles and addresses. Pure look-ups: nothing here waits or changes anything."""

    run: str
    """The run's name: what the lab makes in the world carries it (toxics: ``<run>.<fault>``)."""

    token_file: Path

    def cpu_cap(self, service: str) -> float | None:
        """The share of one core that calibration set for this service; None: no cap. A share is of this."""
        ...

    def handle(self, service: str) -> Process | Container:
        """The process or container of a service as it is now.

        Raises:
            KeyError: no service of this name; the message has the valid ones.
        """
        ...

    def address(self, service: str, port: str) -> str:
        """``host:port`` at which *the lab* reaches a service's port ``control``, ``api`` or ``data``."""
        ...

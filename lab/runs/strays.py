"""What looks like a lab's and is of no run that anyone answers for: to be listed, and left.

There is no ledger that says so, hence no one knows that it is ours: it may be a run's whose folder was removed,
a test's, or someone's who used our compose file directly.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from docker import DockerClient

from chaos.engine import with_engine
from chaos.errors import ChaosError
from chaos.mark import LABEL
from chaos.process.identity import marked

ENGINE_DEADLINE_S = 5.0
StrayKind = Literal["process", "container", "network", "volume"]
Found = tuple[StrayKind, str, str]
"""Kind, mark, and name (of a process: its pid)."""

COMMANDS: dict[StrayKind, tuple[str, str]] = {
    "process": ("ps -f", "kill"),
    "container": ("docker inspect", "docker rm --force"),
    "network": ("docker network inspect", "docker network rm"),
    "volume": ("docker volume inspect", "docker volume rm"),
}


@dataclass(frozen=True, slots=True)
class Stray:
    """What there is of one kind with one mark. ``look`` and ``remove`` are commands for a person to type."""

    kind: StrayKind
    mark: str
    names: tuple[str, ...]
    look: str
    remove: str

    def __str__(self) -> str:
        some = f"{len(self.names)} x {self.kind}" if len(self.names) > 1 else self.kind
        return f"{some}, marked {self.mark}: look by `{self.look}`, remove by `{self.remove}`"


async def find_strays(known: frozenset[str]) -> list[Stray]:
    """All with a mark that is none of ``known``; where no engine answers, the processes alone."""
    found: list[Found] = [("process", mark, f"{pid}") for pid, _, mark in marked()]
    with suppress(ChaosError):  # there is no engine, or it is not for us
        found += await with_engine(
            lambda engine: list(_made(engine)), ENGINE_DEADLINE_S, "list what is marked"
        )
    groups: dict[tuple[StrayKind, str], list[str]] = defaultdict(list)
    for kind, mark, name in found:
        if mark not in known:
            groups[kind, mark].append(name)
    return [_stray(kind, mark, names) for (kind, mark), names in groups.items()]


def _made(engine: DockerClient) -> Iterator[Found]:
    marks = {"label": LABEL}
    for one in engine.api.containers(all=True, filters=marks):
        yield "container", one["Labels"][LABEL], one["Names"][0].removeprefix("/")
    for one in engine.api.networks(filters=marks):
        yield "network", one["Labels"][LABEL], one["Name"]
    for one in engine.api.volumes(filters=marks)["Volumes"] or ():
        yield "volume", one["Labels"][LABEL], one["Name"]


def _stray(kind: StrayKind, mark: str, names: list[str]) -> Stray:
    look, remove = (f"{command} {' '.join(names)}" for command in COMMANDS[kind])
    return Stray(kind, mark, tuple(names), look, remove)

"""What looks like a lab's and is of no run that anybody answers for: to be listed, and left.

There is no ledger that says so, hence nobody knows that it is ours: it may be a run's whose folder was removed,
a test's, or somebody's who used our compose file by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from docker import DockerClient

from chaos.engine import with_engine
from chaos.errors import ChaosError
from chaos.mark import LABEL
from chaos.process import marked

ENGINE_DEADLINE_S = 5.0


@dataclass(frozen=True, slots=True)
class Stray:
    """One thing with the mark of a run. ``look`` and ``remove`` are commands for a person to type."""

    kind: Literal["process", "container", "network", "volume"]
    name: str
    mark: str
    look: str
    remove: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}, marked {self.mark}: look at it by `{self.look}`, remove it by `{self.remove}`"


async def find_strays(known: frozenset[str]) -> list[Stray]:
    """All with a mark that is none of ``known``; where no engine answers, the processes alone."""
    processes = [
        Stray("process", f"{pid}", mark, f"ps -fp {pid}", f"kill {pid}") for pid, _, mark in marked()
    ]
    try:
        made = await with_engine(lambda engine: list(_made(engine)), ENGINE_DEADLINE_S, "list what is marked")
    except ChaosError:
        made = []
    return [stray for stray in [*processes, *made] if stray.mark not in known]


def _made(engine: DockerClient) -> Iterator[Stray]:
    marks = {"label": LABEL}
    for one in engine.api.containers(all=True, filters=marks):
        name = one["Names"][0].removeprefix("/")
        yield Stray(
            "container", name, one["Labels"][LABEL], f"docker inspect {name}", f"docker rm --force {name}"
        )
    for one in engine.api.networks(filters=marks):
        name = one["Name"]
        yield Stray(
            "network",
            name,
            one["Labels"][LABEL],
            f"docker network inspect {name}",
            f"docker network rm {name}",
        )
    for one in engine.api.volumes(filters=marks)["Volumes"] or ():
        name = one["Name"]
        yield Stray(
            "volume", name, one["Labels"][LABEL], f"docker volume inspect {name}", f"docker volume rm {name}"
        )

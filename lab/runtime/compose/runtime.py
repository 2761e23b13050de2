"""The runtime with a container engine: Docker Compose for life cycle, the Docker SDK for everything else."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from chaos.actions import ComposeDown
from chaos.errors import ChaosError
from chaos.mark import VARIABLE
from chaos.target_resolver import Ability
from chaos.undo.execute import apply_and_verify
from lab.runtime import agent_flag
from lab.runtime.base import ServiceReport
from lab.runtime.compose.engine import ContainerSeen, start_all
from lab.runtime.compose.health import HealthGate
from lab.runtime.compose.plugin import create
from lab.runtime.compose.preflight import taken_networks
from lab.runtime.compose.readings import ContainerReadings
from lab.runtime.slots import Slot
from lab.topology import Topology


@dataclass(slots=True)
class Compose(ContainerReadings):
    """A run's services as containers of a project of its own. Satisfies :class:`lab.runtime.base.Runtime`.

    Args:
        run: the run's name; containers and networks have the run's mark as the label ``retry-storm-lab.run``.
        folder: the run folder.
        slot: whose block of networks is used; whoever took it gives it back.
    """

    slot: Slot
    name: str = field(default="compose", init=False)
    isolation: str = field(default="by network", init=False)
    abilities: frozenset[Ability] = field(
        default=frozenset({Ability.CPU_CAP, Ability.PAUSE, Ability.KILL, Ability.LISTEN_QUEUE}), init=False
    )
    _networks: dict[str, str] = field(default_factory=dict, init=False)

    def variables(self) -> dict[str, str]:
        """Networks that neither a host route nor the engine uses, the token file and the run's mark.

        Raises:
            SetupError: no engine answers, or no block of networks is free.
        """
        if not self._networks:
            self._networks = self.slot.networks(taken_networks())
        return {"LAB_TOKEN_FILE": str(self.token_file), VARIABLE: self.mark, **self._networks}

    def takedown(self) -> ComposeDown:
        """Removes the project's containers, networks and volumes."""
        return ComposeDown(project=self.project, run=self.mark)

    async def up(self, topology: Topology, report: Callable[[ServiceReport], None]) -> None:
        """Create everything, start all at once, and return when all are healthy.

        The services stand it: whoever needs another one asks again until that one answers.

        Raises:
            SetupError: no engine, plugin or image, or a service that did not get healthy. What had been
                started is removed.
        """
        self._provide_token()
        self._services = topology.enabled()
        try:
            variables = {**agent_flag.of_image(topology.variables), **topology.variables, **self.variables()}
            await create(self.project, topology.file, variables)
            self._seen = await self._watch.look()
            for name in topology.start_order():
                report(self._report(name, "starting"))
            await start_all(self._seen.values())
            await HealthGate(self._watch, self._services, lambda seen: self._got_ready(seen, report)).wait()
        except BaseException as error:
            await self._clean_up_after(error)
            raise

    async def down(self) -> None:
        """Remove what belongs to this run and wait until it is gone. Idempotent."""
        for name in list(self._insides):
            self._close(name)
        self._running.clear()
        await apply_and_verify(self.takedown())
        self._watch.close()

    def lost_governors(self) -> tuple[str, ...]:
        """There are none: quotas are the kernel's."""
        return ()

    async def replace_governor(self, service: str) -> None:
        """Nothing to replace."""

    async def guests(self) -> tuple[str, ...]:
        """Who else is on the project's networks."""
        return await self.takedown().guests()

    async def _clean_up_after(self, error: BaseException) -> None:
        try:
            await self.down()
        except ChaosError as left:
            error.add_note(f"What had been started could not be removed: {left}. Run `lab recover`")

    def _got_ready(self, seen: ContainerSeen, report: Callable[[ServiceReport], None]) -> None:
        self._seen[seen.service] = seen
        self._running.add(seen.service)
        report(self._report(seen.service, "healthy"))

    def _provide_token(self) -> None:
        """A container's user must read the mounted file: readable by all, inside a folder that is not."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.token_file.exists():
            self.token_file.write_text(secrets.token_urlsafe(32), encoding="ascii")
        self.token_file.chmod(0o444)

"""Starting planned services: each as soon as what it depends on is there, otherwise all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from chaos.errors import ChaosError
from chaos.process.spawn import ProcessRecord, spawn_from
from lab.runtime.base import SetupError
from lab.runtime.embedded.health import failed, wait_ready
from lab.runtime.embedded.plan import StartPlan


@dataclass(slots=True)
class Starter:
    """Starts the services of one run.

    Args:
        plans: the services by name.
        folder: the run folder, for specs and records.
        started: called with each service that was started.
        ready: called with each that is ready, and awaited before whatever depends on it starts.
    """

    plans: Mapping[str, StartPlan]
    folder: Path
    started: Callable[[StartPlan], None]
    ready: Callable[[StartPlan, ProcessRecord], Awaitable[None]]
    _started: dict[str, asyncio.Event] = field(default_factory=dict, init=False)
    _healthy: dict[str, asyncio.Event] = field(default_factory=dict, init=False)

    async def start(self) -> None:
        """Return when all are ready.

        Raises:
            SetupError: the first that failed; the others may have been started.
        """
        self._started = {name: asyncio.Event() for name in self.plans}
        self._healthy = {name: asyncio.Event() for name in self.plans}
        errors: BaseExceptionGroup[SetupError | ChaosError] | None = None
        try:
            async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
                for plan in self.plans.values():
                    group.create_task(self._bring_up(plan, http))
        except* (SetupError, ChaosError) as group_of_errors:
            errors = group_of_errors
        if errors is not None:  # raised in the block above, it would be wrapped in a group by Python 3.11.2
            raise SetupError(str(_first(errors))) from errors

    async def _bring_up(self, plan: StartPlan, http: aiohttp.ClientSession) -> None:
        for needed, condition in plan.service.depends_on.items():
            await (self._healthy if condition == "service_healthy" else self._started)[needed].wait()
        try:
            record = await asyncio.to_thread(self._spawn, plan)
        except ChaosError as error:
            raise SetupError(failed(plan, f"did not start: {error}")) from error
        self.started(plan)
        self._started[plan.service.name].set()
        await wait_ready(plan, record, http)
        await self.ready(plan, record)
        self._healthy[plan.service.name].set()

    def _spawn(self, plan: StartPlan) -> ProcessRecord:
        name = plan.service.name
        plan.spec.log.touch(mode=0o600)
        spec = self.folder / "specs" / f"{name}.json"
        spec.write_text(plan.spec.model_dump_json(indent=1), encoding="utf-8")
        return spawn_from(spec, self.folder / "processes" / f"{name}.json")


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

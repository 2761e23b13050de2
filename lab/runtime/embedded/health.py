"""Waiting until a started service is ready, or has turned out not to get there."""

import asyncio

import aiohttp

from chaos.process.spawn import ProcessRecord
from chaos.wait import WaitTimeoutError, wait_until
from lab.runtime.base import SetupError
from lab.runtime.embedded.plan import StartPlan
from lab.runtime.embedded.process_logs import tail

EVERY_S = 0.02
LISTEN_DEADLINE_S = 10.0


async def wait_ready(plan: StartPlan, record: ProcessRecord, http: aiohttp.ClientSession) -> None:
    """Return when the service's health check answers 2xx; without one, when its ports accept connections.

    Published ports only, where there are any: a connection to the bridge's data port would go through it.

    Raises:
        SetupError: it ended, or its deadline passed; with its last lines.
    """
    deadline_s = plan.health.deadline_s if plan.health else LISTEN_DEADLINE_S
    what = plan.health.url if plan.health else f"{plan.host} to listen on {', '.join(map(str, plan.ports))}"

    async def ended_or_ready() -> str:
        if not record.alive:
            return "ended"
        if plan.health:
            await _get(http, plan.health.url, plan.health.timeout_s)
        else:
            await _connect(plan)
        return "ready"

    try:
        outcome: str = await wait_until(ended_or_ready, deadline_s, what, every_s=EVERY_S)
    except WaitTimeoutError as error:
        raise SetupError(
            failed(plan, f"was not ready after {deadline_s:g} s ({_in_words(error.last)})")
        ) from error
    if outcome == "ended":
        raise SetupError(failed(plan, "ended as soon as it was started"))


async def _get(http: aiohttp.ClientSession, url: str, timeout_s: float) -> None:
    async with http.get(url, timeout=aiohttp.ClientTimeout(total=timeout_s)) as response:
        if not response.ok:
            raise RuntimeError(f"GET {url} was answered {response.status}: {(await response.text())[:300]}")


async def _connect(plan: StartPlan) -> None:
    for port in plan.service.ports or plan.ports:
        _, writer = await asyncio.open_connection(plan.host, port)
        writer.close()
        await writer.wait_closed()


def _in_words(last: object) -> str:
    return str(last) or repr(last) if isinstance(last, BaseException) else "it never answered"


def failed(plan: StartPlan, what: str) -> str:
    """The whole message about a service that did not get ready."""
    lines = tail(plan.spec.log)
    shown = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
    command = " ".join(plan.spec.argv)
    return (
        f"service {plan.service.name} {what}. Its last lines:\n{shown}\n"
        f"Fix the errors above and try again. Its command: {command}; whole log: {plan.spec.log}"
    )

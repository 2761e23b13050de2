"""What others put into a living lab: listed, and never changed or removed."""

from functools import partial

from chaos.errors import ChaosError
from chaos.faults.fault import is_toxic_of
from chaos.toxiproxy import Toxiproxy
from lab.runtime.base import Runtime


async def foreign_things(runtime: Runtime, device: str) -> list[str]:
    """Toxics on the device that are none of this run's, and containers of others on its networks, one a line."""
    found = []
    for name, look in ((f"the {device}", partial(_toxics, device)), ("the container engine", _containers)):
        try:
            found += await look(runtime)
        except ChaosError as error:  # a bridge that is stopped, or starved by its own cap
            found.append(f"(not known: {name} can't be asked: {error})")
    return found


async def _toxics(device: str, runtime: Runtime) -> list[str]:
    server = Toxiproxy(runtime.address(device, "api"))
    return [
        f"toxic {toxic.name} ({toxic.type}) on {proxy}"
        for proxy in sorted(await server.proxies())
        for toxic in (await server.toxics(proxy)).values()
        if not is_toxic_of(runtime.run, toxic.name)
    ]


async def _containers(runtime: Runtime) -> list[str]:
    return [f"container {name} on the lab's networks" for name in await runtime.guests()]

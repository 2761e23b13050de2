"""A device beside the bridge is read like the bridge, and its overflows are no other service's."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from chaos.wait import wait_until
from lab.journal.events import BridgeSample, Event, HostSample
from lab.journal.upgrade import ROLES
from lab.probes import Sampler
from lab.probes.control import ControlError
from lab.probes.device_api import DeviceApi, Said
from lab.probes.sampler import MEMORY_EVERY_S
from lab.probes.ticker import Tick, Ticker
from lab.runtime.base import Sockets, Usage


@dataclass
class Runtime:
    """Figures of a runtime; ``deaf`` can't be read."""

    deaf: str = ""

    async def usage(self, service: str) -> Usage:
        if service == self.deaf:
            raise ProcessLookupError(service)
        return Usage(1.0, 0.5, 0.1, 0.01, "running", 0.3)

    def address(self, service: str, port: str) -> str:
        return f"{service}:{port}"

    async def sockets(self, service: str) -> Sockets:
        return Sockets(3, 2, 510, {"bridge": 40, "bridge-reserve": 2}[service])

    async def memory_bytes(self) -> dict[str, int]:
        return {}

    async def overflows_total(self, _service: str) -> int | None:
        return 3


TOXICS = [
    {
        "name": "run.slow",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
        "attributes": {"latency": 5},
    },
    {"name": "x", "type": "bandwidth", "stream": "upstream", "toxicity": 0.5, "attributes": {"rate": 1}},
]


ROUTER: dict[str, Any] = {
    "service": "router", "boot": "b", "requests_total": 80, "served_total": 80, "abandoned_total": 0, "failed_total": 0,
    "connections_total": 77, "queue_depth": 0, "in_flight": 0, "loop_lag_p99_ms": 1.0, "cpu_s_total": 0.1,
    "errors_total": {},
}  # fmt: skip


@dataclass
class Api:
    """Every device's API; ``mute``: it does not answer, ``slow_s``: it takes so long. ``router_s``: router does."""

    mute: bool = False
    slow_s: float = 0.0
    router_s: float = 0.0
    asked: list[str] = field(default_factory=list)

    async def get(self, address: str, path: str) -> Any:  # noqa: ANN401 - JSON
        if address == "router:control":
            await Ticker(time.monotonic).until(time.monotonic() + self.router_s)
            return ROUTER
        self.asked.append(address + path)
        if self.mute:
            raise ControlError("no answer")
        await Ticker(time.monotonic).until(time.monotonic() + self.slow_s)
        return {name: {"enabled": True, "toxics": TOXICS} for name in ("bridge", "bridge-reserve")}


async def sampled(
    deaf: str, reserves: tuple[str, ...], api: Api | None = None, second: int = 1
) -> tuple[list[BridgeSample], HostSample]:
    """One second's samples of the devices and of the machine."""
    events: list[Event] = []
    sampler = Sampler(
        runtime=cast("Any", Runtime(deaf)), control=cast("Any", api or Api()), services=("router",), roles=ROLES,
        reserves=reserves, folder=Path(), epoch_s=0, write=events.append, toxics=lambda device: (f"on {device}",),
        ours=lambda name: name.startswith("run."), up=True,
    )  # fmt: skip
    sampler.latest["router"] = {"connections_total": 7}
    await sampler.sample(Tick(second=second, lag_ms=0.0))
    (host,) = (event for event in events if isinstance(event, HostSample))
    return [event for event in events if isinstance(event, BridgeSample)], host


async def test_each_device_has_its_sample() -> None:
    """What router accepted is of both and stands once; overflows and governors are added up."""
    devices, host = await sampled("", ("bridge-reserve",))
    assert [(one.device, one.accepted_total, one.toxics) for one in devices] == [
        ("bridge", 77, ("on bridge",)),
        ("bridge-reserve", None, ("on bridge-reserve",)),
    ]
    assert (host.listen_overflows_total, host.bridge_listen_overflows_total) == (42, 42)
    assert host.governor_cpu_s_total == 0.02


@pytest.mark.slow
async def test_what_router_said_in_an_earlier_second_is_not_this_ones() -> None:
    """It is waited for a moment; where it comes late nothing is known, and the next sample tells of both seconds."""
    (bridge,), _ = await sampled("", (), Api(router_s=0.3))
    assert (bridge.accepted_total, bridge.requests_total, bridge.accept_queue) == (None, None, 2)

    async def in_time() -> bool:
        (bridge,), _ = await sampled("", (), Api(router_s=0.02))
        return (bridge.accepted_total, bridge.requests_total) == (77, 80)

    await wait_until(in_time, 30, "router to be in time, as it is but for other work")


async def test_without_a_second_device_nothing_is_different() -> None:
    """One sample, its own figures."""
    devices, host = await sampled("", ())
    assert [one.device for one in devices] == ["bridge"]
    assert (host.bridge_listen_overflows_total, host.governor_cpu_s_total) == (40, 0.01)


async def test_full_queues_of_services_are_counted_beside_the_devices() -> None:
    """Now and then, with memory: the machine's figure is of all of them."""
    _, host = await sampled("", (), second=MEMORY_EVERY_S)
    assert (host.listen_overflows_total, host.bridge_listen_overflows_total) == (43, 40)


async def test_a_device_that_cant_be_read_takes_nothing_from_the_other() -> None:
    """Of a bridge that wasn't read nothing is known, whatever the reserve says."""
    devices, host = await sampled("bridge", ("bridge-reserve",))
    assert [one.device for one in devices] == ["bridge-reserve"]
    assert (host.bridge_listen_overflows_total, host.governor_cpu_s_total) == (None, None)


async def test_what_is_really_active_on_a_device_is_in_its_sample() -> None:
    """Its queue, who enforces its cap and how fresh that is, its listener, and every toxic, with whose it is."""
    api = Api()
    (bridge,), _ = await sampled("", (), api)
    assert (bridge.listen_queue, bridge.governor, bridge.governor_age_s) == (510, "running", 0.3)
    assert bridge.listening is True
    assert bridge.toxics_seen is not None
    assert [(toxic.name, toxic.type, toxic.ours) for toxic in bridge.toxics_seen] == [
        ("run.slow", "latency", True),
        ("x", "bandwidth", False),
    ]
    assert api.asked == ["bridge:api/proxies"]


@pytest.mark.parametrize("api", [Api(mute=True), Api(slow_s=60)], ids=["refuses", "late"])
@pytest.mark.slow
async def test_a_device_that_does_not_answer_takes_nothing_from_its_sample(api: Api) -> None:
    """What the kernel says stands there in time; what the device would have said is null, never "no toxics"."""
    async with asyncio.timeout(10):
        (bridge,), _ = await sampled("", (), api)
    assert (bridge.listening, bridge.toxics_seen, bridge.listen_queue) == (None, None, 510)


@pytest.mark.slow
async def test_an_answer_that_comes_late_is_the_next_samples() -> None:
    """It is asked once more only when it has answered: a starved device gets no second question."""
    api = Api(slow_s=0.15)
    device = DeviceApi(cast("Any", Runtime()), cast("Any", api), "bridge", lambda _: True)
    assert await device.read() == Said()
    assert isinstance((await device.read()).toxics, tuple)
    assert len(api.asked) == 1

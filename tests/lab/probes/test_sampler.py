"""A device beside the bridge is read like the bridge, and its overflows are no other service's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lab.journal.events import BridgeSample, Event, HostSample
from lab.journal.upgrade import ROLES
from lab.probes import Sampler
from lab.probes.ticker import Tick
from lab.runtime.base import Sockets, Usage


@dataclass
class Runtime:
    """Figures of a runtime; ``deaf`` can't be read."""

    deaf: str = ""

    async def usage(self, service: str) -> Usage:
        if service == self.deaf:
            raise ProcessLookupError(service)
        return Usage(1.0, 0.5, 0.1, 0.01)

    async def sockets(self, service: str) -> Sockets:
        return Sockets(3, 2, 510, {"bridge": 40, "bridge-reserve": 2}[service])


async def sampled(deaf: str, reserves: tuple[str, ...]) -> tuple[list[BridgeSample], HostSample]:
    """One second's samples of the devices and of the machine."""
    events: list[Event] = []
    sampler = Sampler(
        runtime=cast("Any", Runtime(deaf)), control=cast("Any", None), services=(), roles=ROLES,
        reserves=reserves, folder=Path(), epoch_s=0, write=events.append, toxics=lambda device: (f"on {device}",),
        up=True,
    )  # fmt: skip
    sampler.latest["router"] = {"connections_total": 77}
    await sampler.sample(Tick(second=1, lag_ms=0.0))
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


async def test_without_a_second_device_nothing_is_different() -> None:
    """One sample, its own figures."""
    devices, host = await sampled("", ())
    assert [one.device for one in devices] == ["bridge"]
    assert (host.bridge_listen_overflows_total, host.governor_cpu_s_total) == (40, 0.01)


async def test_a_device_that_cant_be_read_takes_nothing_from_the_other() -> None:
    """Of a bridge that wasn't read nothing is known, whatever the reserve says."""
    devices, host = await sampled("bridge", ("bridge-reserve",))
    assert [one.device for one in devices] == ["bridge-reserve"]
    assert (host.bridge_listen_overflows_total, host.governor_cpu_s_total) == (None, None)

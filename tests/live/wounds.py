"""What can be done to a part of the measurement behind the lab's back, and what the verdict must say of it then."""

import asyncio
import json
import signal
from asyncio import Event as Over
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.defects import acts
from bench.defects.acts import Act
from bench.living import BRIDGE, Living
from chaos.errors import ChaosError
from chaos.process.identity import send, started_ticks
from tests.live.conftest import Command, Start
from tests.live.machine_doubts import MACHINE

DRILL = Path(__file__).with_name("wounded.yaml")
STOPPED_S = 3.0
LATER_S = 1.0
"""So long after a phase's start, which is past what its own actions excuse in the trigger."""
DISTURBANCES = (
    "unplanned exits and restarts", "CPU governor at work", "CPU cap as set", "CPU within its cap",
    "listen queue as set", "toxics as set", "settings as set", "parts that stood still",
)  # fmt: skip
"""With these the reasons begin that say what was disturbed."""
LAB = "the lab itself"


@dataclass(frozen=True)
class Wound:
    """``names``: what the first reason must say; ``may_heal``: the lab may make it good, so that the verdict stands."""

    act: Act
    names: str
    may_heal: bool = False
    drill: Path = DRILL

    async def inflict(self, start: Start, phase: str) -> dict[str, Any]:
        """A drill's verdict, of whose phase it was done to a part."""
        lab = start.short(self.drill)
        await lab.seen("phase.entered", phase=phase)
        over = Over()
        await acts.lasts(over, LATER_S)
        acting = asyncio.create_task(self._done_to(lab, over))
        await lab.ended()
        over.set()
        await acting
        verdict: dict[str, Any] = json.loads((lab.folder / "verdict.json").read_text())
        self.judged(
            verdict, f"{self.names} in {phase}, {lab.folder}: {verdict['verdict']}, {verdict['reasons']}"
        )
        assert lab.left() == []
        return verdict

    def judged(self, verdict: Mapping[str, Any], said: str) -> None:
        """Never another verdict than the undisturbed one's; the part is named before all that follows from it."""
        assert verdict["verdict"] in ({"pass", "inconclusive"} if self.may_heal else {"inconclusive"}), said
        first = [reason for reason in verdict["reasons"] if not reason.startswith("not rolled back")]
        named = [reason for reason in first[:3] if reason.startswith(DISTURBANCES) and self.names in reason]
        if self.may_heal:
            named += [one["name"] for one in verdict["instrument"] if self.names in one["detail"]]
            doubts = [reason for reason in verdict["reasons"] if not reason.startswith(MACHINE)]
            assert named or not doubts, said  # none: it passed, or the machine was busy with something else
        else:
            assert first[0].startswith(DISTURBANCES), said
            assert named, said

    async def _done_to(self, lab: Command, over: Over) -> None:
        with suppress(ChaosError, LookupError):  # it ended with the run
            if self.names == LAB:
                await _lab_stopped(lab, over)
            else:
                await self.act(Living(lab.folder, "embedded"), over)


async def _lab_stopped(lab: Command, over: Over) -> None:
    pid = lab.process.pid
    ticks = started_ticks(pid)
    if ticks is not None and send(pid, ticks, signal.SIGSTOP):
        await acts.lasts(over, STOPPED_S)
        send(pid, ticks, signal.SIGCONT)


async def _nothing(_lab: Living, _over: Over) -> None:
    """The lab is stopped by itself: its folder does not say which process it is."""


def listener_closed() -> Act:
    """Another user of the bridge's API closes its listener, which resets every connection."""

    async def act(lab: Living, _: Over) -> None:
        await (await lab.bridge()).enable(BRIDGE, enabled=False)

    return act


def changed(service: str, **values: float) -> Act:
    """A service's live settings are others than before."""

    async def act(lab: Living, _: Over) -> None:
        await lab.change(service, **values)

    return act


SERVICES = ("load", "canary", "router", "storefront", "edge", "auth")
PLANES = Path(__file__).with_name("wounded-planes.yaml")
GOVERNOR = "CPU governor of bridge"

WOUNDS: Mapping[str, Wound] = {
    **{f"{name} killed": Wound(acts.killed(name), name) for name in (BRIDGE, *SERVICES)},
    **{f"{name} stopped": Wound(acts.stopped(name, STOPPED_S), name) for name in SERVICES},
    "bridge stopped": Wound(acts.stopped(BRIDGE, STOPPED_S), BRIDGE, may_heal=True),  # its governor continues it
    "the lab stopped": Wound(_nothing, LAB),
    "governor killed": Wound(acts.governor_killed(while_stopped=False), GOVERNOR, may_heal=True),  # it is replaced
    "governor stopped": Wound(acts.governor_stopped(STOPPED_S), GOVERNOR),
    "bridge: a foreign toxic": Wound(acts.strange_toxic(), "toxic not-the-labs (latency), not the lab's, was on"),
    "bridge: another queue": Wound(acts.queue_of(BRIDGE, acts.BRIDGE_PORT, 50), "the listen queue of bridge was 50"),
    "bridge: another cap": Wound(acts.capped(0.5), "bridge had"),
    "bridge: no cap": Wound(acts.capped(None), "bridge had no CPU cap"),
    "bridge: its listener closed": Wound(listener_closed(), "the listener of bridge was closed"),
    "auth: slower": Wound(acts.answers_after("auth", 60, 1000), "service_time_ms of auth was changed"),
    "storefront: another timeout": Wound(changed("storefront", timeout_s=0.4), "timeout_s of storefront was changed"),
    "router: it refuses": Wound(changed("router", fail_share=0.1), "fail_share of router was changed"),
    "edge: it admits less": Wound(changed("edge", admit_share=0.9), "admit_share of edge was changed"),
    **{
        f"{name} {how}": Wound(act, name, drill=PLANES)
        for name in ("prometheus-ops", "prometheus-shared")
        for how, act in (("killed", acts.killed(name)), ("stopped", acts.stopped(name, STOPPED_S)))
    },
    **{
        f"{name} killed": Wound(acts.killed(name), name, drill=PLANES)
        for name in ("alertmanager-ops", "alertmanager-shared", "oncall")
    },
}  # fmt: skip

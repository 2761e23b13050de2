"""Mitigations on a living lab: applied, read back where they act, in the ledger, undone; and gone with a kill -9."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chaos.governor.governed import Governed
from chaos.http import call
from chaos.lease import LEASE_S
from chaos.ledger.ledger import read_ledger
from chaos.listen_queue import read_listen_queue
from chaos.mark import run_mark
from chaos.process.identity import of_run
from chaos.wait import wait_until
from lab.session import RunFolder
from tests.live.aftermath import assert_nothing_active
from tests.live.by_hand import ByHand

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]


@pytest.fixture
def lab(tmp_path: Path) -> ByHand:
    """The command."""
    return ByHand(tmp_path)


@pytest.fixture
def run(lab: ByHand) -> Iterator[RunFolder]:
    """A lab with two clients and two devices, interactive."""
    lab("up", "--drill", "operators", "--runtime", "embedded", "--yes")
    yield lab.up()
    lab("down")


def address(run: RunFolder, service: str, port: str) -> str:
    """Where a service is, as the journal says."""
    lines = (json.loads(line) for line in run.journal.read_text().splitlines())
    return str(
        next(e["addresses"][port] for e in lines if e.get("service") == service and e.get("addresses"))
    )


def setting(run: RunFolder, service: str, key: str) -> Any:  # noqa: ANN401 - a setting's own
    """What a service says of itself."""
    return asyncio.run(call("GET", address(run, service, "control"), "/settings", 5)).json()[key]


def share(run: RunFolder, device: str) -> float:
    """The CPU share that a device's governor says is active."""
    status = Governed(run.path / "governor" / device).status()
    assert status is not None
    assert status.cpu_share is not None
    return status.cpu_share


def queue(run: RunFolder) -> int | None:
    """The bridge's listen queue, as the kernel has it."""
    host, _, port = address(run, "bridge", "data").rpartition(":")
    return read_listen_queue(host, int(port))


def talkers(lab: ByHand, device: str) -> dict[str, dict[str, Any]]:
    """Who sends over a device."""
    found = json.loads(lab("top", "--seconds", "3", "--device", device, "--json"))
    assert found["missed"] is None
    return {talker["who"]: talker for talker in found["talkers"]}


def until(so: Callable[[], bool]) -> None:
    """Look again, a few times."""
    assert any(so() for _ in range(5))


def test_every_mitigation_is_active_where_it_acts_and_undone(lab: ByHand, run: RunFolder) -> None:
    """Read back from kernel, governor and services, not from the lab's memory; the ledger has each with its inverse."""
    before = (share(run, "bridge"), queue(run))
    assert share(run, "bridge-reserve") == before[0]
    lab("mitigate", "capacity", "factor=1.5")
    lab("mitigate", "queue", "connections=64")
    lab("mitigate", "shed", "admit_share=60%")
    lab("mitigate", "disable", "service=streaming")
    lab("mitigate", "drain", "stop=1s", "ramp=1s")
    lab("mitigate", "pooling", "--target", "storefront", "pool_limit=16")
    lab("mitigate", "drop-expired")
    lab("mitigate", "lifo")
    assert share(run, "bridge") == pytest.approx(1.5 * before[0])
    assert queue(run) == 64
    assert (setting(run, "edge", "admit_share"), setting(run, "edge", "disabled")) == (0.6, "streaming")
    assert (setting(run, "storefront", "connections"), setting(run, "storefront", "pool_limit")) == (
        "pooled",
        16,
    )
    assert (setting(run, "auth", "drop_expired"), setting(run, "auth", "admission")) == (
        True,
        "adaptive-lifo",
    )
    account = read_ledger(run.ledger)
    applied = {intent.fault: intent for intent in account.open() if intent.kind == "mitigation"}
    assert applied.keys() == {
        "capacity",
        "queue",
        "shed",
        "disable",
        "drain",
        "pooling",
        "drop-expired",
        "lifo",
    }
    assert all(step.inverse != step.action for intent in applied.values() for step in intent.steps)
    refused = lab("fault", "clear", next(i.id for i in account.open() if i.name == "bridge-capacity"), code=3)
    assert applied["capacity"].id in refused
    lab("fault", "clear", "--all")
    assert (share(run, "bridge"), queue(run)) == before
    assert (setting(run, "edge", "admit_share"), setting(run, "edge", "disabled")) == (1.0, "")
    assert setting(run, "storefront", "connections") == "new"
    assert not [intent for intent in read_ledger(run.ledger).open() if intent.kind == "mitigation"]


def test_clients_are_split_between_two_bridges_and_the_top_talker_isolated(
    lab: ByHand, run: RunFolder
) -> None:
    """Who is on which device is seen at the devices' own sockets."""
    both = talkers(lab, "bridge")
    assert both.keys() >= {"storefront", "streaming", "canary"}
    assert {who for who, talker in both.items() if talker["movable"]} == {"storefront", "streaming"}
    assert talkers(lab, "bridge-reserve") == {}
    lab("mitigate", "second-bridge", "--target", "streaming")
    until(lambda: "streaming" not in talkers(lab, "bridge"))  # what was under way ends on the old one
    assert talkers(lab, "bridge-reserve").keys() == {"streaming"}
    lab("fault", "clear", "--all")
    until(lambda: not talkers(lab, "bridge-reserve"))
    assert "isolate on storefront is active" in lab("mitigate", "isolate")
    assert talkers(lab, "bridge-reserve").keys() == {"storefront"}
    lab("fault", "clear", "--all")
    until(lambda: not talkers(lab, "bridge-reserve"))
    assert "did you mean `shed`" in lab("mitigate", "shd", code=3)
    assert "factor=" in lab("mitigate", "capacity", "factor=100", code=3)
    assert "key is missing: `target`" in lab("mitigate", "second-bridge", code=3)
    assert not [intent for intent in read_ledger(run.ledger).open() if intent.kind == "mitigation"]


async def test_of_a_lab_that_is_killed_no_mitigation_is_left(lab: ByHand, run: RunFolder) -> None:
    """Kill -9 of its owner: the watchdog undoes each from the ledger, then takes the services down."""
    for words in (
        ("capacity", "factor=1.5"),
        ("queue", "connections=64"),
        ("shed", "admit_share=60%"),
        ("second-bridge", "--target", "streaming"),
    ):
        await asyncio.to_thread(lab, "mitigate", *words)
    mark, owner = run_mark(run.name, run.path), json.loads((run.path / "lease").read_text())["pid"]
    os.kill(owner, signal.SIGKILL)
    await wait_until(lambda: not of_run(mark), LEASE_S + 60, f"every process of {run.name} to be gone")
    await wait_until(lambda: b'"run.closed"' in run.journal.read_bytes(), 60, "the journal's last line")
    assert_nothing_active(run.path)
    lines = [json.loads(line) for line in run.journal.read_text().splitlines()]
    last = {
        e["fault"]: (e["state"], e["by"])
        for e in lines
        if e["type"] == "action.changed" and e["kind"] == "mitigation"
    }
    assert last == dict.fromkeys(("capacity", "queue", "shed", "second-bridge"), ("reverted", "watchdog"))
    assert lines[-1]["clean"], lines[-1]["left"]

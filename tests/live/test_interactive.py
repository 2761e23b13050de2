"""An interactive lab: up, fault, policy, status, logs, down."""

import asyncio
import json
from pathlib import Path

import pytest

from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from lab.session import RunFolder
from tests.live.by_hand import ByHand

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]
FOREIGN = Toxic(name="someone.elses", type="slow_close", attributes={"delay": 0})


def bridge(run: RunFolder) -> Toxiproxy:
    """The API of the living lab's bridge, as anyone on this machine may call it."""
    started = (json.loads(line) for line in run.journal.read_text().splitlines())
    api = next(e["addresses"]["api"] for e in started if e.get("service") == "bridge")
    return Toxiproxy(api)


def test_a_lab_lives_until_it_is_taken_down(tmp_path: Path) -> None:
    """Everything that the README tells to type, in order."""
    lab = ByHand(tmp_path)
    foreign = f"foreign, left alone: toxic {FOREIGN.name} (slow_close) on bridge"
    assert "The lab is up" in lab("up", "--runtime", "embedded")
    try:
        added = lab("fault", "add", "latency", "--target", "bridge", "latency=400ms", "stream=downstream")
        assert "read back" in added
        assert "latency on bridge" in lab("fault", "list")
        assert "budget" in lab("policy", "set", "storefront", "budget + breaker")
        status = json.loads(lab("status", "--json"))
        assert status["offered_rps"] is None or status["offered_rps"] > 0
        lab("logs", "router")
        asyncio.run(bridge(lab.up()).add("bridge", FOREIGN))
        assert foreign in lab("fault", "list")
        cleared = lab("fault", "clear", "--all")
        assert "latency" in cleared
        assert foreign in cleared
        assert set(asyncio.run(bridge(lab.up()).toxics("bridge"))) == {FOREIGN.name}
        assert "latency on bridge" not in lab("fault", "list")
        assert "did you mean `latency`" in lab("fault", "add", "latncy", code=3)
        assert "did you mean 'budget'" in lab("policy", "set", "storefront", "bugdet", code=3)
    finally:
        ended = lab("down")
    assert ": down" in ended
    assert foreign in ended
    assert "No lab is up" in lab("down")

"""An interactive lab: up, fault, policy, status, logs, down."""

import asyncio
import json
import subprocess

import pytest

from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy
from lab.session import living
from tests.checkout import HOME
from tests.live.conftest import LAB, ROOT

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.alone]
FOREIGN = Toxic(name="someone.elses", type="slow_close", attributes={"delay": 0})


def lab(*arguments: str, code: int = 0) -> str:
    """Call ``lab`` and return what it printed."""
    done = subprocess.run(
        [*LAB, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def bridge() -> Toxiproxy:
    """The API of the living lab's bridge, as anyone on this machine may call it."""
    (run,) = living(HOME)
    started = (json.loads(line) for line in run.journal.read_text().splitlines())
    api = next(e["addresses"]["api"] for e in started if e.get("service") == "bridge")
    return Toxiproxy(api)


def test_a_lab_lives_until_it_is_taken_down() -> None:
    """Everything that the README tells to type, in order."""
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
        asyncio.run(bridge().add("bridge", FOREIGN))
        assert foreign in lab("fault", "list")
        cleared = lab("fault", "clear", "--all")
        assert "latency" in cleared
        assert foreign in cleared
        assert set(asyncio.run(bridge().toxics("bridge"))) == {FOREIGN.name}
        assert "latency on bridge" not in lab("fault", "list")
        assert "did you mean `latency`" in lab("fault", "add", "latncy", code=3)
        assert "did you mean 'budget'" in lab("policy", "set", "storefront", "bugdet", code=3)
    finally:
        ended = lab("down")
    assert ": down" in ended
    assert foreign in ended
    assert "No lab is up" in lab("down")

"""A living lab by hand: up, fault, policy, status, logs, down."""

import json
import subprocess

import pytest

from tests.live.conftest import LAB, ROOT

pytestmark = pytest.mark.live


def lab(*arguments: str, code: int = 0) -> str:
    """Call ``lab`` and return what it printed."""
    done = subprocess.run(
        [*LAB, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_lab_lives_until_it_is_taken_down() -> None:
    """Everything that the README tells to type, in order."""
    assert "The lab is up" in lab("up", "--runtime", "embedded")
    try:
        added = lab("fault", "add", "latency", "--target", "bridge", "latency=400ms", "stream=downstream")
        assert "read back" in added
        assert "latency on bridge" in lab("fault", "list")
        assert "budget" in lab("policy", "set", "storefront", "budget + breaker")
        status = json.loads(lab("status", "--json"))
        assert status["offered /s"] is None or status["offered /s"] > 0
        lab("logs", "router")
        assert "latency" in lab("fault", "clear")
        assert "latency" not in lab("fault", "list")
        assert "did you mean `latency`" in lab("fault", "add", "latncy", code=3)
        assert "did you mean 'budget'" in lab("policy", "set", "storefront", "bugdet", code=3)
    finally:
        assert "down" in lab("down")
    assert "No lab is up" in lab("down")

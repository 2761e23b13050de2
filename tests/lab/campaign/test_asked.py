"""What a caller asks for is refused before anything starts, in the command's words. Tests lab.campaign.asked."""

import sys
from pathlib import Path
from typing import Any

import pytest

from lab.campaign import open_drill
from lab.campaign.asked import asked, one_run
from lab.cli import main
from lab.drillfile import DrillError


@pytest.mark.slow
def test_what_is_asked_for_is_the_drills_or_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, by file, or as it was read."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    request = asked("smoke", runtime="embedded", seed=3, rate=50, monitoring="agent", out="here")
    assert (request.drill.seed, request.drill.load.rate_rps, request.drill.monitoring) == (3, 50, "agent")
    assert (request.runtime, request.out, request.home) == ("embedded", Path("here"), tmp_path)
    assert asked(open_drill("smoke"), runtime="embedded").drill.seed == 7


@pytest.mark.parametrize(
    ("wrong", "option"),
    [({"seed": -1}, "--seed=-1"), ({"rate": 0}, "--rate=0"), ({"rate": 10**6}, "--rate=1000000"),
     ({"seed": 2**31}, "--seed=2147483648"),
     ({"runtime": "docker"}, "--runtime=docker"), ({"monitoring": "agnet"}, "--monitoring=agnet")],
)  # fmt: skip
@pytest.mark.slow
def test_a_wrong_call_says_what_the_command_says(
    wrong: dict[str, Any], option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The value, and what would be valid."""
    with pytest.raises(DrillError) as refused:
        asked("smoke", **{"runtime": "embedded", **wrong})
    monkeypatch.setattr(sys, "argv", ["lab", "run", "smoke", option])
    with pytest.raises(SystemExit):
        main()
    assert str(refused.value).partition(": ")[2] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("drill", "told"), [("slow-not-down", "slow-not-down.slow"), ("metastable", "find_tipping")]
)
@pytest.mark.slow
def test_a_drill_that_is_several_runs_is_not_one(drill: str, told: str) -> None:
    """With what makes them."""
    with pytest.raises(DrillError, match=told):
        one_run(asked(drill, runtime="embedded"))

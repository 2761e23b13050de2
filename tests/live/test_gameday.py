"""A game day from its start to its review, by its commands, on a real lab: a storm, its end, and the trigger again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chaos.ledger.ledger import is_closed
from chaos.wait import wait_until
from lab.exercise.seal import open_seal
from lab.remote.client import listens
from lab.runs.folder import RunFolder
from tests.checkout import ROOT

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.alone]

STORM_S, BACK_AFTER_S = 26.0, 28.0
"""The trigger's end is at 16 s of the game; the fix gets half a minute, however long the commands take."""
SEALED = ("far-away", "3000", "retry-storm", "storm-that-stays")


class Team:
    """Who plays, by commands alone. ``said`` is all that these have printed."""

    def __init__(self, home: Path) -> None:
        self._env = {**os.environ, "LAB_HOME": str(home), "PYTHONPATH": str(ROOT)}
        self.said: list[str] = []

    def lab(self, *arguments: str) -> str:
        """One command; it must succeed."""
        code = "import sys; from lab.cli import main; sys.argv = ['lab', *sys.argv[1:]]; main()"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments],
            env=self._env, capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == 0, self.said[-1]
        return done.stdout

    def fails(self, *arguments: str) -> str:
        """One command that must be refused; what it says."""
        with pytest.raises(AssertionError):
            self.lab(*arguments)
        return self.said[-1]

    def game(self, *arguments: str) -> dict[str, Any]:
        """A verb of the game; its one line of JSON."""
        (line,) = self.lab("gameday", *arguments, "--json").splitlines()
        return dict(json.loads(line))

    async def until(self, game_s: float) -> None:
        """Until so many seconds of the game have passed."""

        def passed() -> bool:
            return bool(self.game("status")["elapsed_s"] >= game_s)

        await wait_until(passed, 120, f"{game_s:g} s of the game", every_s=1.5)

    def start(self, scenario: str, home: Path) -> RunFolder:
        """A scenario of the lab, in its short pace."""
        file = str(ROOT / "scenarios" / f"{scenario}.yaml")
        started = self.game("start", file, "--scripted", "--runtime", "embedded")
        return RunFolder(home / "runs" / started["run"])

    async def resolved(self, run: RunFolder) -> dict[str, Any]:
        """Say that it is over; the score, once the game has ended by itself."""
        self.game("resolve")
        await wait_until((run.path / "debrief.md").is_file, 150, "the review", every_s=0.5)
        await wait_until(lambda: not listens(run), 30, "the lab to be down")
        return self.game("debrief", run.name, "--points")


async def test_a_storm_is_ended_and_stays_ended_when_its_trigger_comes_again(tmp_path: Path) -> None:
    """Under three minutes; nothing that the commands print names what is sealed before the review."""
    team = Team(tmp_path)
    run = team.start("storm-that-stays", tmp_path)
    await team.until(STORM_S)
    team.lab("status")
    team.lab("top", "--seconds", "1")
    team.lab("triage")
    team.game("note", "customers of the shop are not served")
    team.game("update", "We are looking into it.")
    team.lab("policy", "set", "storefront", "budget + breaker")
    before = [*team.said[1:]]  # who starts a scenario by its file knows its name
    assert team.game("declare", "retry-storm of storefront")["event"] == "declared"
    await team.until(team.game("status")["elapsed_s"] + BACK_AFTER_S)
    score = await team.resolved(run)
    assert [(word, text) for text in before for word in SEALED if word in text] == []
    assert (score["complete"], score["cause"]) == (True, "retry-storm of storefront")
    assert score["detect_s"] < score["mitigate_s"] < score["recover_s"]
    assert score["diagnose_s"] is not None
    assert score["customers"]["shop"]["minutes_lost"] > 0
    assert (score["holds"], score["won"], score["wrong_turns"]) == ("yes", True, [])
    assert score["planes"].keys() == {"ops", "shared"}
    review = (run.path / "debrief.md").read_text()
    assert f"{score['customers']['shop']['minutes_lost']:,.0f}" in review
    assert "the trigger is played again" in review


GUARDED = ("policy", "set", "storefront", "budget + breaker")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("scenario", "moves", "cause"),
    [
        pytest.param(scenario, moves, cause, id=scenario)
        for scenario, moves, cause in (
            (
                "throttled-bridge",
                {18: ("mitigate", "second-bridge", "--target", "storefront")},
                "capacity of bridge",
            ),
            (
                "noisy-client",
                {18: ("mitigate", "isolate", "--target", "streaming")},
                "noisy-client of streaming",
            ),
            ("calm-dashboard", {26: GUARDED}, "retry-storm of storefront"),
            ("helpful-colleague", {26: GUARDED, 52: GUARDED}, "retry-storm of storefront"),
        )
    ],
)
async def test_the_move_that_the_facilitators_page_names_wins(
    tmp_path: Path, scenario: str, moves: dict[int, tuple[str, ...]], cause: str
) -> None:
    """Service comes back before the second trigger, and stays back after it."""
    team = Team(tmp_path)
    run = team.start(scenario, tmp_path)
    for at_s, move in moves.items():
        await team.until(at_s)
        team.lab(*move)
    team.game("declare", cause)
    await team.until(team.game("status")["elapsed_s"] + BACK_AFTER_S)
    score = await team.resolved(run)
    assert (score["holds"], score["won"]) == ("yes", True)
    assert score["recover_s"] is not None
    assert score["diagnose_s"] is not None
    assert all(loss["minutes_lost"] > 0 for loss in score["customers"].values())


@pytest.mark.soak
async def test_where_nothing_is_wrong_nothing_is_lost_by_who_leaves_it_alone(tmp_path: Path) -> None:
    """The shortest game."""
    team = Team(tmp_path)
    run = team.start("nothing-wrong", tmp_path)
    await team.until(12)
    assert len(team.game("status")["said"]) == 2
    team.game("declare", "nothing")
    score = await team.resolved(run)
    assert (score["won"], score["holds"], score["complete"]) == (True, None, True)


@pytest.mark.soak
async def test_a_game_whose_lab_is_killed_is_cut_short_and_says_so(tmp_path: Path) -> None:
    """Its watchdog cleans up; the review has what was measured; the same scenario can be played again."""
    team = Team(tmp_path)
    run = team.start("throttled-bridge", tmp_path)
    await team.until(10)
    os.kill(json.loads((run.path / "lease").read_text())["pid"], signal.SIGKILL)
    await wait_until(lambda: is_closed(run.ledger), 60, "the watchdog to clean up", every_s=0.5)
    assert "was cut short: `lab gameday resume` plays it again" in team.fails("gameday", "status")
    score = team.game("debrief", run.name)
    assert (score["complete"], score["won"], score["holds"]) == (False, False, None)
    assert "cut short" in (run.path / "debrief.md").read_text()
    again = RunFolder(tmp_path / "runs" / team.game("resume", run.name)["run"])
    assert open_seal(again) == open_seal(run)
    ended = [json.loads(line) for line in team.lab("gameday", "stop", "--json").splitlines()]
    assert [one["event"] for one in ended] == ["note", "debrief"]
    assert ended[-1]["complete"]

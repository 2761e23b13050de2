"""Reference players in every scenario that the good one knows, over seeds: does the score tell them apart?

The claim: the good player's points are above those of every other, with intervals that don't overlap; where nothing is
wrong only who changes nothing wins. A game takes up to four minutes, bring-up included: 5 seeds of one scenario with
four players are an hour and a quarter.
"""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from bench.cells import row
from bench.players import PLAYERS, PLAYS
from bench.rows import Rows
from bench.runs import LAB, ROOT
from chaos.wait import wait_until
from lab.analysis.score.compared import compare_players
from lab.analysis.score.game_score import GameScore
from lab.exercise.play import review
from lab.exercise.scenarios import all_scenarios
from lab.gameday.players_compared import remarks, shown
from lab.gameday.responder_tools import Seat, ToolRefusedError, play_tool
from lab.remote.client import LabClient, listens
from lab.runs.folder import RunFolder
from lab.runs.home import VARIABLE

WHAT = "games"
SEEDS = 5
BRING_UP_S = 300.0
ENDS_WITHIN_S = 400.0
RUNTIMES = ("embedded", "compose")


def games(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Every game that has no row yet; players take turns, so that what the machine does hurts all alike."""
    names = [one.name for one in all_scenarios() if one.title in PLAYS]
    for name, seed, player in product(names, seeds[:SEEDS], PLAYERS):
        key = {"what": WHAT, "runtime": runtime, "scenario": name, "seed": seed, "player": player}
        if rows.of(**key):
            continue
        score = play_game(rows.folder / f"game-{runtime}-{name}-{player}-{seed}", runtime, name, seed, player)
        if score is not None and score.complete:  # else the next sitting tries again
            rows.add({**key, "score": score.model_dump(mode="json", exclude={"planes"})})


def play_game(home: Path, runtime: str, scenario: str, seed: int, player: str) -> GameScore | None:
    """One game at the scripted pace, in a LAB_HOME of its own; None: it did not begin, what was said is beside it.

    Raises:
        WaitTimeoutError: the game did not end in time.
    """
    shutil.rmtree(home, ignore_errors=True)  # what an interrupted benchmark left
    home.mkdir(parents=True)
    file = ROOT / "scenarios" / f"{scenario}.yaml"
    command = [*LAB, "gameday", "start", str(file), "--seed", str(seed), "--runtime", runtime]
    with home.with_suffix(".log").open("w") as log:
        done = subprocess.run(
            [*command, "--scripted", "--yes", "--json"],
            cwd=ROOT, env={**os.environ, VARIABLE: str(home)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=log, text=True, timeout=BRING_UP_S, check=False,
        )  # fmt: skip
    if done.returncode:
        return None
    run = RunFolder(home / "runs" / json.loads(done.stdout.splitlines()[-1])["run"])
    asyncio.run(_play(run, player, seed))
    return review(run).score


async def _play(run: RunFolder, player: str, seed: int) -> None:
    seat = Seat(LabClient(run, {}), player)

    async def tools(tool: str, /, **arguments: object) -> dict[str, Any] | None:
        try:
            return await play_tool(seat, tool, arguments)
        except ToolRefusedError:
            return None

    await PLAYERS[player](tools, seed)
    review_file = run.path / "debrief.md"
    await wait_until(review_file.is_file, ENDS_WITHIN_S, "the review", every_s=0.5)
    await wait_until(lambda: not listens(run), ENDS_WITHIN_S, "the lab to be down", every_s=0.5)


def game_lines(rows: Rows) -> Iterator[str]:
    """The section of docs/measured/benchmarks.md: a table for each scenario; nothing where none was played."""
    found = rows.of(what=WHAT)
    if not found:
        return
    yield f"## Reference players of game days (`python -m bench {WHAT}`)\n"
    yield "Points and customer minutes lost: mean of all games with Student's 95 % interval.\n"
    yield row(("runtime", "scenario", "player", "won", "points", "customer minutes lost", "wrong turns"))
    yield row(["---"] * 7)
    said: list[str] = []
    for runtime, name in dict.fromkeys((one["runtime"], one["scenario"]) for one in found):
        played: dict[str, list[GameScore]] = {}
        for one in found:
            if (one["runtime"], one["scenario"]) == (runtime, name):
                played.setdefault(one["player"], []).append(GameScore.model_validate(one["score"]))
        compared = compare_players(played)
        for player in compared.players:
            figures = (player.points, player.minutes_lost, player.wrong_turns)
            yield row((runtime, name, player.player, player.won, *map(shown, figures)))
        said += [f"* {runtime}, {name}: {remark}" for remark in remarks(compared)]
    yield ""
    yield from said
    yield ""

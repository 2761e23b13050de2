"""What the commands of a game day print and refuse, without a lab. Tests lab.gameday.commands."""

import json
import sys
from pathlib import Path

import pytest

from lab.cli import main
from lab.exercise.scenarios import all_scenarios, drawn, open_scenario
from lab.exercise.seal import SealedGame, seal
from lab.gameday import commands
from lab.journal.events import EVENT
from lab.runs.folder import RunFolder, create_run_folder
from tests.lab.analysis.score.game_journal import GameJournal

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return tmp_path


class Command:
    """The command ``lab gameday``."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Its exit code, and what it writes to both outputs."""
        self._monkeypatch.setattr(sys, "argv", ["lab", "gameday", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        return int(left.value.code or 0), said.out + said.err


@pytest.fixture
def lab(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def played(home: Path, *, until_s: int = 200) -> RunFolder:
    """The folder of a game whose lab is gone."""
    run = create_run_folder(home, "gameday")
    seal(run, SealedGame(open_scenario("throttled-bridge"), 3, "scripted"))
    journal = GameJournal(lasts_s=until_s).good(30, 70, 0.2).trigger(30.0, 110.0).act(35.0, "note", "slow")
    if until_s == 200:
        journal.act(190.0, "stopped")
    run.journal.write_bytes(b"".join(EVENT.dump_json(event) + b"\n" for event in journal.events()))
    return run


def test_the_list_shows_what_players_may_know_and_nothing_else(lab: Command) -> None:
    """Neither a scenario's name nor its cause, in text and as one line of JSON each."""
    code, text = lab("list")
    _, lines = lab("list", "--json")
    found = [json.loads(line) for line in lines.splitlines()]
    assert code == 0
    assert [(one["event"], one["number"]) for one in found] == [
        ("scenario", number) for number in range(1, len(all_scenarios()) + 1)
    ]
    for one in all_scenarios():
        assert one.title in text
        secret = {one.name, *one.names, *(str(cause) for cause in one.causes)} - {"nothing"}
        assert not [word for word in secret if word in text + lines]


def test_a_scenario_is_named_by_its_number_too(home: Path) -> None:
    """Of the list; one that is not there is refused with those that are."""
    for number, one in enumerate(all_scenarios(), start=1):
        assert commands._named(str(number)) == one
    assert commands._named("noisy-client").name == "noisy-client"


def test_a_seed_is_the_loads_whether_it_draws_the_scenario_or_not(
    lab: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that two players can be given the same game; without one a named scenario keeps its own."""
    begun: list[SealedGame] = []
    monkeypatch.setattr(commands, "_start", lambda game, *_, **__: begun.append(game))
    assert [lab("start", *words)[0] for words in (("2", "--seed", "8"), ("2",), ("--seed", "8"))] == [0, 0, 0]
    own = all_scenarios()[1].drill.seed
    assert own != 8
    assert [(one.seed, one.scenario.drill.seed) for one in begun] == [(8, 8), (None, own), (8, 8)]
    assert begun[0].scenario.name == begun[1].scenario.name == all_scenarios()[1].name
    assert begun[2].scenario.name == drawn(8).name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("start", "9"), "there is no scenario 9; `lab gameday list` has 1 to 6"),
        (("start", "noisy-cliant"), "unknown scenario `noisy-cliant`"),
        (("status",), "no game is played in"),
        (("update", "hello"), "`lab gameday start` begins one"),
        (("debrief",), "no game was played in"),
        (("resume", "yesterday"), "no run 'yesterday'"),
        (("resume",), "no game was played in"),
    ],
)
def test_what_can_not_be_done_is_code_3_and_says_what_can(
    lab: Command, arguments: tuple[str, ...], said: str
) -> None:
    """Nothing is started."""
    code, text = lab(*arguments)
    assert (code, said in text) == (3, True), text


def test_the_debrief_is_made_of_the_journal_and_has_points_where_they_are_asked_for(
    lab: Command, home: Path
) -> None:
    """In the run folder, on the terminal, and as one line of JSON."""
    run = played(home)
    code, text = lab("debrief")
    assert code == 0
    assert "capacity of bridge" in text
    assert "points" not in text
    assert (run.path / "debrief.md").is_file()
    (line,) = lab("debrief", run.name, "--json")[1].splitlines()
    assert "points" not in json.loads(line)
    (line,) = lab("debrief", run.name, "--json", "--points")[1].splitlines()
    score = json.loads(line)
    assert (score["event"], score["complete"], score["points"] > 0) == ("debrief", True, True)
    assert score["customers"]["shop"]["minutes_lost"] > 0


def test_a_game_that_was_cut_short_says_so_before_and_in_its_debrief(lab: Command, home: Path) -> None:
    """What was measured stands; how to go on is said."""
    run = played(home, until_s=60)
    code, text = lab("status")
    assert code == 3
    assert f"{run.name}, was cut short: `lab gameday resume` plays it again" in text
    assert "cut short" in lab("debrief")[1]


def test_a_game_that_came_to_its_end_is_not_resumed(lab: Command, home: Path) -> None:
    """What was sealed in it is known."""
    code, text = lab("resume", played(home).name)
    assert (code, "was played to its end" in text) == (3, True)


def test_the_last_game_is_resumed_whatever_has_run_since(
    lab: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drill in between is no game, and does not hide it."""
    run = played(home, until_s=60)
    later = create_run_folder(home, "smoke")
    assert later.name != run.name
    begun: list[SealedGame] = []
    monkeypatch.setattr(commands, "_start", lambda game, *_, **__: begun.append(game))
    assert lab("resume")[0] == 0
    assert [game.scenario.name for game in begun] == ["throttled-bridge"]


def test_a_run_of_a_drill_has_no_debrief(lab: Command, home: Path) -> None:
    """And says why."""
    run = create_run_folder(home, "smoke")
    first = GameJournal().events()[0]
    run.journal.write_bytes(EVENT.dump_json(first) + b"\n")
    code, text = lab("debrief", run.name)
    assert (code, "no game day was played in this run" in text) == (3, True)


def test_the_causes_are_a_closed_list(lab: Command) -> None:
    """With what each says."""
    _, lines = lab("causes", "--json")
    assert {"event": "cause", "kind": "nothing", "says": "nothing is wrong"} in map(
        json.loads, lines.splitlines()
    )

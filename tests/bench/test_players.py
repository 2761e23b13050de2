"""The reference players, over tools that answer as a game does, and over the real server. Tests bench.players."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench import players
from bench.players import GUESSES, PLAYERS, PLAYS, Tools, everything, good, nothing
from lab.drillfile import catalogue, read_step
from lab.drillfile.causes import parse_cause
from lab.exercise.scenarios import all_scenarios
from lab.gameday.responder_tools import ListCauses, ListMitigations, Seat
from lab.runs.folder import RunFolder
from lab.session import LabClient, known_services
from tests.lab.exercise.test_play import Played, stubs
from tests.lab.gameday.test_mcp_server import Agent, in_memory, played

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["played", "stubs"]
LOOKS = frozenset({"status", "list_mitigations", "list_causes", "top"})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes by looking at it."""
    monkeypatch.setattr(players, "LOOKS_EVERY_S", 0.0)


class Game:
    """Satisfies Tools: five seconds pass with every look; ``did`` is what was asked for, with when, looks apart.

    ``over_s``: when it ends; ``refuses``: tools that are refused.
    """

    def __init__(self, title: str, over_s: float = 170.0, refuses: frozenset[str] = frozenset()) -> None:
        self.title = title
        self.over_s = over_s
        self.refuses = refuses
        self.t = 0.0
        self.did: list[tuple[float, str, Mapping[str, Any]]] = []
        self._state = "playing"

    async def __call__(self, tool: str, /, **arguments: object) -> dict[str, Any] | None:
        seat = Seat(LabClient(RunFolder(Path("nowhere"))), "test")
        if tool not in LOOKS:
            self.did.append((self.t, tool, arguments))
        if tool in self.refuses or self.t >= self.over_s:
            return None
        match tool:
            case "status":
                self.t += 5.0
                return {"game": {"title": self.title, "state": self._state, "elapsed_s": self.t}}
            case "list_mitigations":
                return await ListMitigations().answer(seat)
            case "list_causes":
                return await ListCauses().answer(seat)
            case "resolve":
                self._state = "resolved, and being watched"
        return {"id": f"id-{len(self.did)}"}

    def tools(self) -> list[str]:
        """What was called, in order."""
        return [tool for _, tool, _ in self.did]


async def test_who_does_nothing_calls_nothing() -> None:
    """Not even a look."""
    game = Game("An hour")
    await nothing(game, 1)
    assert (game.did, game.t) == ([], 0.0)


@pytest.mark.slow
async def test_who_presses_everything_tries_every_mitigation_and_resolves() -> None:
    """Once where it is taken; elsewhere where it is not."""
    game = Game("An hour")
    await everything(game, 1)
    named = {str(arguments["name"]) for _, tool, arguments in game.did if tool == "mitigate"}
    assert named == {one["name"] for one in (await game("list_mitigations") or {})["mitigations"]}
    assert game.tools() == ["mitigate"] * len(named) + ["resolve"]
    stubborn = Game("An hour", refuses=frozenset({"mitigate"}))
    await everything(stubborn, 1)
    assert len(stubborn.did) == 4 * len(named) + 1
    assert stubborn.tools()[-1] == "resolve"


@pytest.mark.slow
async def test_chance_has_the_same_ideas_with_the_same_seed() -> None:
    """Others with another; whatever it does, a tool is there for it, and it resolves in the end."""
    first, again, other = Game("An hour"), Game("An hour"), Game("An hour")
    for game, seed in ((first, 3), (again, 3), (other, 4)):
        await PLAYERS["random"](game, seed)
    assert first.did == again.did
    assert first.did != other.did
    assert {first.tools()[-1], other.tools()[-1]} == {"resolve"}


@pytest.mark.parametrize("title", sorted(PLAYS))
async def test_the_good_player_makes_the_moves_of_the_page_in_time(title: str) -> None:
    """Not before it can have seen anything, customers first, and the last word is that it is over."""
    game, play = Game(title), PLAYS[title]
    await good(game, 1)
    assert game.tools()[-1] == "resolve"
    assert game.did[-1][0] >= play.resolve_s
    made = [
        (at_s, tool, arguments) for at_s, tool, arguments in game.did if tool in {"mitigate", "set_policy"}
    ]
    wanted = [(at_s, *move) for at_s, moves in sorted(play.moves.items()) for move in moves]
    assert [one[1:] for one in made] == [one[1:] for one in wanted]
    assert all(at_s >= asked_s for (at_s, *_), (asked_s, *_) in zip(made, wanted, strict=True))
    assert ("declare", {"cause": play.cause}) in [one[1:] for one in game.did]
    assert not play.moves or game.tools()[0] == "update"


@pytest.mark.slow
def test_what_the_good_player_does_and_declares_is_right_for_its_scenario() -> None:
    """Of the titles that the lab has: the true cause, and mitigations that can be read."""
    known = {one.title: one for one in all_scenarios()}
    assert len(known.keys() & PLAYS.keys()) >= 4
    for title in known.keys() & PLAYS.keys():
        play, scenario = PLAYS[title], known[title]
        assert parse_cause(play.cause, known_services()) in scenario.causes
        assert scenario.quiet is not bool(play.moves)
        for moves in play.moves.values():
            for tool, arguments in moves:
                what, target = (
                    ("policy", arguments["service"])
                    if tool == "set_policy"
                    else (arguments["name"], arguments["target"])
                )
                values = {key: value for key, value in arguments.items() if key == "policy"}
                assert read_step("mitigation", what, target, values, known_services()).target == target


@pytest.mark.parametrize("name", sorted(PLAYERS))
@pytest.mark.slow
async def test_a_game_that_is_over_ends_every_player(name: str) -> None:
    """At once, whatever it was about to do."""
    game = Game("An afternoon in the shop", over_s=20.0)
    await PLAYERS[name](game, 1)
    assert game.t <= 20.0
    assert "resolve" not in game.tools()


async def test_a_scenario_that_the_good_player_does_not_know_is_left_alone() -> None:
    """It guesses nothing."""
    game = Game("Something else")
    await good(game, 1)
    assert game.did == []


def test_every_guess_is_of_a_parameter_that_a_mitigation_needs() -> None:
    """And each needed one has a guess, so that pressing everything presses something."""
    needed = {
        name
        for one in catalogue.mitigations()
        for name, value in one.parameters.items()
        if not value.startswith("(")
    }
    assert needed == GUESSES.keys()


@pytest.mark.live
async def test_a_player_plays_over_the_real_server(played: Played) -> None:
    """Twenty times as fast: what is refused is no trouble, what is taken is undone at the end, the game is resolved."""
    async with in_memory(played) as client:
        await everything(fast(Agent(client)), 1)
        await played.over()
    journal = played.folder.journal.read_text()
    assert '"by":"interactive"' in journal
    assert '"kind":"gameday.resolved"' in journal


def fast(agent: Agent) -> Tools:
    """The tools of a game whose time passes twenty times as fast for the player."""

    async def tools(tool: str, /, **arguments: object) -> dict[str, Any] | None:
        done, answer = await agent.call(tool, arguments)
        if done and tool == "status":
            answer["game"]["elapsed_s"] *= 20
        return answer if done else None

    return tools

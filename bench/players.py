"""Reference players of game days: programs over a responder's tools, as bounds for what is to be expected of one.

    nothing      never acts
    everything   applies every mitigation that the lab takes, wherever, and resolves
    random       looks, changes, undoes and declares by chance, and resolves
    good         makes the moves that the scenario's page for the facilitator names, at a person's pace

Times are those of the scripted pace: the trigger is on from second 6, and the game lasts three minutes at most.
"""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from chaos.wait import wait_until

LOOKS_EVERY_S = 1.0
LONGEST_GAME_S = 3600.0
REACTS_S, RESOLVES_S = 15.0, 55.0
MOVES, BETWEEN_S = 12, 3.0
"""Of the player that acts by chance."""
TRIES = 3
"""On so many services a mitigation is tried that takes none by itself."""
GUESSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "policy": ("none", "immediate(retries=3)", "budget + breaker"),
        "factor": ("2", "3"),
        "connections": ("50", "1000"),
        "requests": ("10", "1000"),
        "service": ("storefront", "streaming"),
        "admit_share": ("60%", "98%"),
        "stop": ("5s", "10s"),
    }
)
"""Values of parameters that have no default, as someone types them who does not think."""


class Tools(Protocol):
    """A responder's tools, as `lab gameday mcp` has them."""

    async def __call__(self, tool: str, /, **arguments: object) -> dict[str, Any] | None:
        """The answer; None: it was refused."""


Player = Callable[[Tools, int], Awaitable[None]]
"""Plays a game with a seed of its own, and returns when it has nothing more to do, or the game is over."""


@dataclass(frozen=True, slots=True)
class Play:
    """What the good player does in a scenario: the tools it calls at seconds of the game, and when it resolves."""

    moves: Mapping[float, tuple[tuple[str, Mapping[str, str]], ...]]
    cause: str
    resolve_s: float


GUARD = (("set_policy", {"service": "storefront", "policy": "budget + breaker"}),)
PLAYS: Mapping[str, Play] = MappingProxyType(
    {
        "An afternoon in the shop": Play(
            {18: (("mitigate", {"name": "second-bridge", "target": "storefront"}),)}, "capacity of bridge", 55
        ),
        "Two tenants, one road": Play(
            {18: (("mitigate", {"name": "isolate", "target": "streaming"}),)}, "noisy-client of streaming", 55
        ),
        "Twenty seconds on a quiet morning": Play({26: GUARD}, "retry-storm of storefront", 60),
        "A calm dashboard": Play({26: GUARD}, "retry-storm of storefront", 60),
        "Many hands": Play({26: GUARD, 52: GUARD}, "retry-storm of storefront", 80),
        "A message from the marketing team": Play({}, "nothing", 14),
    }
)
"""By a scenario's title, which is all that a player knows of it."""


async def nothing(_: Tools, __: int) -> None:
    """Never act."""


async def everything(tools: Tools, _: int) -> None:
    """Apply every mitigation, and leave all of it active."""
    if not await until(tools, REACTS_S):
        return
    listed = await tools("list_mitigations") or {"mitigations": [], "services": []}
    for one in listed["mitigations"]:
        for call in _ways(one, listed["services"]):
            if await tools("mitigate", **call) is not None:
                break
    if await until(tools, RESOLVES_S):
        await tools("resolve")


async def by_chance(tools: Tools, seed: int) -> None:
    """Do what comes to mind; the same seed has the same ideas."""
    dice = random.Random(seed)  # noqa: S311  a game is played, no secret is made
    mitigations = await tools("list_mitigations") or {"mitigations": [], "services": []}
    causes = await tools("list_causes") or {"kinds": {}, "targets": []}
    done: list[str] = []
    for number in range(MOVES):
        if not await until(tools, REACTS_S + number * BETWEEN_S):
            return
        match dice.choice(("mitigate", "mitigate", "undo", "declare", "update", "hint")):
            case "mitigate" if mitigations["mitigations"]:
                one = dice.choice(mitigations["mitigations"])
                target = dice.choice(mitigations["services"])
                answer = await tools(
                    "mitigate", name=one["name"], target=target, parameters=_parameters(one, dice)
                )
                done += [str(answer["id"])] if answer is not None else []
            case "undo" if done:
                await tools("undo", id=done.pop(dice.randrange(len(done))))
            case "declare" if causes["kinds"]:
                kind, target = dice.choice(sorted(causes["kinds"])), dice.choice(causes["targets"])
                await tools("declare", cause=kind if kind == "nothing" else f"{kind} of {target}")
            case "update":
                await tools("update", text="We are looking into it.")
            case "hint":
                await tools("hint")
            case _:
                await tools("top")
    if await until(tools, RESOLVES_S):
        await tools("resolve")


async def good(tools: Tools, _: int) -> None:
    """Make the moves of the scenario's page; of a scenario that is not known, none."""
    status = await tools("status")
    play = PLAYS.get(status["game"]["title"]) if status is not None else None
    if play is None:
        return
    if play.moves:
        if not await until(tools, min(play.moves) - 2):
            return
        await tools("update", text="Some of what you ask for fails. We are on it.")
    for at_s, moves in sorted(play.moves.items()):
        if not await until(tools, at_s):
            return
        for tool, arguments in moves:
            await tools(tool, **arguments)
        await tools("declare", cause=play.cause)
    if await until(tools, play.resolve_s):
        if not play.moves:
            await tools("declare", cause=play.cause)
        await tools("resolve")


PLAYERS: Mapping[str, Player] = MappingProxyType(
    {"good": good, "nothing": nothing, "everything": everything, "random": by_chance}
)


async def until(tools: Tools, game_s: float) -> bool:
    """Wait for a second of the game; False: it is over, or has been resolved."""

    async def reached() -> str:
        status = await tools("status")
        if status is None or status["game"]["state"] != "playing":
            return "over"
        return "reached" if status["game"]["elapsed_s"] >= game_s else ""

    said = await wait_until(reached, LONGEST_GAME_S, f"second {game_s:g} of the game", every_s=LOOKS_EVERY_S)
    return said == "reached"


def _ways(one: Mapping[str, Any], services: list[str]) -> Iterator[dict[str, Any]]:
    """How a mitigation may be meant: on its own target, on the clients, on any service."""
    parameters = _parameters(one, None)
    yield {"name": one["name"], "parameters": parameters}
    first = [name for name in GUESSES["service"] if name in services]
    for target in [*first, *(name for name in services if name not in first)][:TRIES]:
        yield {"name": one["name"], "parameters": parameters, "target": target}


def _parameters(one: Mapping[str, Any], dice: random.Random | None) -> dict[str, str]:
    """Values for what has no default: the first that comes to mind, or any."""
    needed = [name for name, value in one["parameters"].items() if not value.startswith("(")]
    values = {name: GUESSES.get(name, (str(one["parameters"][name]),)) for name in needed}
    return {name: found[0] if dice is None else dice.choice(found) for name, found in values.items()}

"""``lab gameday``: a facilitated exercise on a lab of its own. With ``--json`` every verb prints one line an event."""

import asyncio
import dataclasses
import json
import os
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from chaos.wait import WaitTimeoutError, wait_until
from lab.analysis import Timeline
from lab.analysis.score import GameError, game_of
from lab.analysis.score.compared import compare_players
from lab.analysis.score.points import points
from lab.cli import options
from lab.cli.background import start_in_background
from lab.cli.output import acts
from lab.cli.recover import offer_recovery
from lab.drillfile import DrillError
from lab.drillfile.causes import KINDS
from lab.drillfile.read_scenario import LONGEST_MIN
from lab.drillfile.scenario import Pace, Scenario
from lab.exercise.play import review
from lab.exercise.player_roles import FACILITATOR, PLAYER_ROLES
from lab.exercise.scenarios import all_scenarios, drawn, open_scenario, with_seed
from lab.exercise.seal import SealedGame, SealError, facilitators_token, is_game, open_seal, seal
from lab.gameday.players_compared import as_table, read_scores, remarks
from lab.journal import read
from lab.remote.client import listens
from lab.report.console import Console
from lab.report.debrief import clock
from lab.report.terminal.status import status_line
from lab.runs.folder import RunFolder
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.runtime.base import SetupError
from lab.session import LabClient, Request, Unreachable, find_run, list_runs
from lab.session.sealed import HEADER

gameday = typer.Typer(help="Play a game day: respond to a sealed scenario.", no_args_is_help=True)

PROGRAM = "lab.gameday.living_game"
NAME = "gameday"
LATEST = "latest"
ENDS_WITHIN_S = 300.0
"""For what `stop` waits: the watching of a second trigger may be cut short, the last requests and the rollback not."""

Scene = Annotated[
    str | None,
    typer.Argument(
        metavar="[SCENARIO]",
        help="A number of `lab gameday list`, a scenario's name or file; default: one is drawn.",
    ),
]
By = Annotated[str, typer.Option(help="Who says it; default: your user's name.")]
As = Annotated[str, typer.Option("--as", help=f"Your role: {', '.join(PLAYER_ROLES)}.")]
Facilitator = Annotated[
    bool, typer.Option("--facilitator", help="As the facilitator: with the key of the game's run folder.")
]
Said = Annotated[str, typer.Argument(help="The words.")]
Words = Annotated[str, typer.Argument(help="Words to go with it.", show_default=False)]
ME = os.environ.get("USER", "")
PROGRAM_PLAYER = "agent"
"""By what name a program plays that gives none."""
RunOption = Annotated[
    str | None,
    typer.Option("--run", help="The game's run, its name or folder; default: the one that is played now."),
]


@gameday.command("list")
def gameday_list(*, as_json: options.Json = False) -> None:
    """The scenarios that come with the lab, as players may know them: nothing of what is sealed."""
    found = all_scenarios()
    if as_json:
        for number, one in enumerate(found, start=1):
            _event("scenario", {"number": number, **outside(one)})
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("number", "minutes", "difficulty", "title"):
        table.add_column(column)
    for number, one in enumerate(found, start=1):
        table.add_row(str(number), str(one.minutes), "*" * one.difficulty, one.title)
    Console().print(table)


@gameday.command("causes")
def gameday_causes(*, as_json: options.Json = False) -> None:
    """What can be declared: a kind, and of whom."""
    for kind, said in KINDS.items():
        if as_json:
            _event("cause", {"kind": kind, "says": said})
        else:
            _print(f"{kind:<14} {said}")


@gameday.command("start")
@acts
def gameday_start(  # noqa: PLR0913  the command's options
    scenario: Scene = None,
    *,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="The load's; draws the scenario where none is named. Default: by chance, or the scenario's own.",
        ),
    ] = None,
    runtime: options.RuntimeOption = options.RuntimeName.AUTO,
    scripted: Annotated[bool, typer.Option("--scripted", help="The short pace: 3 minutes at most.")] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Seal a scenario and bring its lab up; the director plays it in the background, until it is over."""
    chosen_seed = _seed(seed) if scenario is None else seed
    found = drawn(int(chosen_seed or 0)) if scenario is None else _named(scenario)
    found = found if chosen_seed is None else with_seed(found, chosen_seed)
    pace: Pace = "scripted" if scripted else "played"
    _start(SealedGame(found, chosen_seed, pace), runtime.value, yes=yes, as_json=as_json)


@gameday.command("resume")
@acts
def gameday_resume(
    run: options.RunArgument = LATEST,
    *,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Play a game whose lab died once more from its start: the same sealed scenario, on a new lab.

    Without RUN: the last game, whatever else has run since.
    """
    folder = _last() if run == LATEST else find_run(lab_home(), run)
    if listens(folder):
        raise Unreachable(f"the game {folder.name} is played: `lab gameday status` says what it is at")
    if _complete(folder):
        raise Unreachable(f"the game {folder.name} was played to its end; `lab gameday start` begins another")
    asked = json.loads(folder.asked.read_text()) if folder.asked.is_file() else {}
    _start(_opened(folder), str(asked.get("runtime", "auto")), yes=yes, as_json=as_json)


def _complete(folder: RunFolder) -> bool:
    """Whether a game came to its end; nothing of it is written."""
    try:
        return game_of(Timeline.fold(read(folder.journal).events)).complete
    except GameError:
        return False


def _start(game: SealedGame, runtime: str, *, yes: bool, as_json: bool) -> None:
    played = _played()
    if played:
        raise Unreachable(f"the game {played[-1].name} is played already: `lab gameday stop` ends it")
    offer_recovery(yes=yes)
    quiet = Console(soft_wrap=True, stderr=as_json)
    say = partial(quiet.print, markup=False, highlight=False)
    chosen = choose_runtime(runtime)
    say(chosen.because)
    told = outside(game.scenario)
    if not as_json:
        say(f"{told['title']} ({told['minutes']} minutes)\nA fair warning: {told['warning']}")
    request = Request(lab_home(), game.scenario.drill, chosen.name)
    run = start_in_background(
        request, say, program=PROGRAM, name=NAME, prepare=lambda folder: seal(folder, game)
    )
    if as_json:
        _event("started", {"run": run.name, **told})
        return
    say(
        f"The game has begun: {run.name}\n"
        "  lab gameday status                         what you can see\n"
        "  lab top, lab logs, lab triage              who sends, what the services wrote\n"
        "  lab mitigate, lab policy set               what you can do (docs/reference/mitigations.md)\n"
        '  lab gameday update "We are on it."         what customers are informed of\n'
        "  lab gameday hint                           help, and what it costs\n"
        '  lab gameday declare "KIND of TARGET"       the cause (`lab gameday causes`)\n'
        "  lab gameday resolve                        it is over: the director watches whether the fix holds\n"
        "  lab gameday stop                           end the game"
    )


@gameday.command("status")
def gameday_status(*, facilitator: Facilitator = False, as_json: options.Json = False) -> None:
    """What the game is at and what responders can see; of what is sealed only with --facilitator."""
    run = _living()
    game = _ask(
        run, "status", {"role": "facilitator" if facilitator else "observer"}, facilitator=facilitator
    )
    seen = asyncio.run(_client(run, facilitator=facilitator).call("GET", "/status"))
    if as_json:
        _event("status", {**game, "lab": seen})
        return
    _print(
        f"{game['title']}: {game['state']}, {clock(game['elapsed_s'])} of {clock(game['elapsed_s'] + game['left_s'])}"
    )
    for page in game["pages"]:
        _print(f"{clock(page['at_s'])} page ({page['plane']}): {page['alert']}, {page['state']}")
    for said in game["said"]:
        _print(f"{clock(said['at_s'])} {said['text']}")
    for plane, answers in game["planes"].items():
        shown = ", ".join(f"{query} {_value(value)}" for query, value in answers.items())
        _print(f"{plane} plane: {shown}")
    for key, value in seen.items():
        _print(status_line(key, value))
    if "sealed" in game:
        _print(f"sealed: {json.dumps(game['sealed'])}")


@gameday.command("hint")
@acts
def gameday_hint(
    *, by: By = ME, role: As = "responder", facilitator: Facilitator = False, as_json: options.Json = False
) -> None:
    """The next hint; it costs time in the score."""
    _act("hint", "", by, role, facilitator=facilitator, as_json=as_json)


@gameday.command("note")
@acts
def gameday_note(
    text: Said,
    *,
    by: By = ME,
    role: As = "responder",
    facilitator: Facilitator = False,
    as_json: options.Json = False,
) -> None:
    """Write down what you see or decide."""
    _act("note", text, by, role, facilitator=facilitator, as_json=as_json)


@gameday.command("update")
@acts
def gameday_update(
    text: Said,
    *,
    by: By = ME,
    role: As = "responder",
    facilitator: Facilitator = False,
    as_json: options.Json = False,
) -> None:
    """Inform customers; the first update counts."""
    _act("update", text, by, role, facilitator=facilitator, as_json=as_json)


@gameday.command("declare")
@acts
def gameday_declare(
    cause: Annotated[str, typer.Argument(help='"KIND of TARGET", or nothing (`lab gameday causes`).')],
    *,
    by: By = ME,
    role: As = "responder",
    facilitator: Facilitator = False,
    as_json: options.Json = False,
) -> None:
    """Say what is the matter; as often as you like, the last one counts."""
    _act("declare", cause, by, role, facilitator=facilitator, as_json=as_json)


@gameday.command("resolve")
@acts
def gameday_resolve(
    text: Words = "",
    *,
    by: By = ME,
    role: As = "responder",
    facilitator: Facilitator = False,
    as_json: options.Json = False,
) -> None:
    """Say that it is over; the trigger comes again, and the game ends when that has been watched."""
    _act("resolve", text, by, role, facilitator=facilitator, as_json=as_json)


@gameday.command("say")
@acts
def gameday_say(text: Said, *, by: By = ME, as_json: options.Json = False) -> None:
    """As the facilitator: words that all players read, such as a twist."""
    _act("say", text, by, FACILITATOR, facilitator=True, as_json=as_json)


@gameday.command("extend")
@acts
def gameday_extend(
    minutes: Annotated[int, typer.Argument(min=1, max=LONGEST_MIN)],
    *,
    by: By = ME,
    as_json: options.Json = False,
) -> None:
    """As the facilitator: more time for the game."""
    _act("extend", str(minutes), by, FACILITATOR, facilitator=True, as_json=as_json)


@gameday.command("key")
def gameday_key() -> None:
    """As the facilitator: the token that opens the seal; in LAB_FACILITATOR it goes with every command."""
    try:
        typer.echo(facilitators_token(_living()))
    except SealError as closed:
        raise Unreachable(str(closed)) from closed


@gameday.command("stop")
@acts
def gameday_stop(
    text: Words = "",
    *,
    by: By = ME,
    role: As = "responder",
    facilitator: Facilitator = False,
    as_json: options.Json = False,
) -> None:
    """End the game now: everything is undone, the lab is taken down, and the review is written."""
    run = _living()
    _act("stop", text, by, role, facilitator=facilitator, as_json=as_json)
    written = run.path / "debrief.md"
    try:
        asyncio.run(wait_until(written.is_file, ENDS_WITHIN_S, "the game to end", every_s=0.5))
    except WaitTimeoutError as late:
        raise Unreachable(f"{late}; its log is {run.path / 'lab.log'}") from late
    _debrief(run, as_json=as_json, with_points=False)


@gameday.command("debrief")
@acts
def gameday_debrief(
    run: options.RunArgument = "",
    *,
    with_points: Annotated[
        bool, typer.Option("--points", help="With points, which are never shown unasked.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """The review of a game that is over, made of its journal alone; also of one whose lab died."""
    folder = find_run(lab_home(), run) if run else _last()
    if listens(folder):
        raise Unreachable(f"the game {folder.name} is still played: it is sealed until it is over")
    _debrief(folder, as_json=as_json, with_points=with_points)


@gameday.command("compare")
def gameday_compare(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", help="A LAB_HOME for each player, named for the player."),
    ],
    *,
    as_json: options.Json = False,
) -> None:
    """Compare players over their games: won, points, customer minutes, each with a 95 % interval."""
    players = {folder.resolve().name: read_scores(folder) for folder in folders}
    if len(players) < len(folders):
        raise DrillError("two of the folders have the same name, which is the player's; rename one")
    found = compare_players(players)
    if as_json:
        _event("compared", dataclasses.asdict(found))
        return
    Console().print(as_table(found))
    for remark in remarks(found):
        _print(remark)


@gameday.command("mcp")
def gameday_mcp(*, run: RunOption = None, by: By = "") -> None:
    """Let a program play: a responder's tools over the Model Context Protocol, on standard input and output."""
    try:
        from lab.gameday import mcp_server  # noqa: PLC0415  an optional extra, and slow to load
        from lab.gameday.responder_tools import Seat  # noqa: PLC0415  it reads logs as the command does
    except ModuleNotFoundError as missing:
        raise SetupError(
            f"the package {missing.name} is not installed, and `lab gameday mcp` needs it: "
            "pip install 'retry-storm-lab[mcp]'"
        ) from missing
    game = _living() if run is None else find_run(lab_home(), run)
    if not (is_game(game) and listens(game)):
        raise Unreachable(f"no game is played in {game.name}; `lab gameday start` begins one")
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # nothing is to be undone, and a read of a terminal can't be cancelled
    asyncio.run(mcp_server.serve(Seat(LabClient(game, {}), by or PROGRAM_PLAYER)))


def _debrief(folder: RunFolder, *, as_json: bool, with_points: bool) -> None:
    try:
        done = review(folder, with_points=with_points)
    except GameError as none:
        raise Unreachable(f"{folder.name}: {none}") from none
    if as_json:
        more = {"points": points(done.score)} if with_points else {}
        _event(
            "debrief",
            {"run": folder.name, "file": str(done.file), **done.score.model_dump(mode="json"), **more},
        )
        return
    Console().print(Markdown(done.text))
    _print(f"written: {done.file}")


def outside(scenario: Scenario) -> dict[str, Any]:
    """What is written on the outside of a sealed scenario. Its name is not: it may say too much."""
    return {
        "title": scenario.title,
        "warning": scenario.warning,
        "difficulty": scenario.difficulty,
        "minutes": scenario.minutes,
        "customers": sorted(scenario.users),
        "eyes": list(scenario.eyes),
    }


def _act(verb: str, text: str, by: str, role: str, *, facilitator: bool, as_json: bool) -> None:  # noqa: PLR0913
    who = "facilitator" if facilitator else role
    answer = _ask(_living(), verb, {"by": by or who, "role": who, "text": text}, facilitator=facilitator)
    if as_json:
        _event(answer.pop("act"), answer)
        return
    said = answer.get("said") or answer["text"]
    costs = f" (costs {clock(answer['costs_s'])}; {answer['left']} left)" if "costs_s" in answer else ""
    _print(f"{clock(answer['at_s'])} {verb}: {said}{costs}")


def _ask(run: RunFolder, verb: str, said: Mapping[str, str], *, facilitator: bool) -> dict[str, Any]:
    client = _client(run, facilitator=facilitator)
    return dict(asyncio.run(client.call("POST", f"/exercise/{verb}", dict(said))))


def _client(run: RunFolder, *, facilitator: bool) -> LabClient:
    if not facilitator:
        return LabClient(run)
    try:
        return LabClient(run, {HEADER: facilitators_token(run)})
    except SealError as closed:
        raise Unreachable(str(closed)) from closed


def _living() -> RunFolder:
    """The game that is played now.

    Raises:
        Unreachable: none is; of one that was cut short it says so.
    """
    played = _played()
    if played:
        return played[-1]
    games = [run for run in list_runs(lab_home()) if is_game(run)]
    last = games[-1] if games else None
    cut = (
        f" The last one, {last.name}, was cut short: `lab gameday resume` plays it again, `lab gameday debrief` "
        "shows what was measured, and what was sealed."
        if last is not None and not (last.path / "debrief.md").is_file()
        else ""
    )
    raise Unreachable(f"no game is played in {lab_home()}; `lab gameday start` begins one.{cut}")


def _played() -> list[RunFolder]:
    """The games that are played now."""
    return [run for run in list_runs(lab_home()) if is_game(run) and listens(run)]


def _last() -> RunFolder:
    games = [run for run in list_runs(lab_home()) if is_game(run)]
    if not games:
        raise Unreachable(f"no game was played in {lab_home()}; `lab gameday start` begins one")
    return games[-1]


def _named(scenario: str) -> Scenario:
    """A scenario by its number in the list, by its name or its file."""
    if not scenario.isdecimal():
        return open_scenario(scenario)
    found = all_scenarios()
    if not 1 <= int(scenario) <= len(found):
        raise DrillError(f"there is no scenario {scenario}; `lab gameday list` has 1 to {len(found)}")
    return found[int(scenario) - 1]


def _seed(asked: int | None) -> int:
    return int.from_bytes(os.urandom(3)) if asked is None else asked


def _opened(folder: RunFolder) -> SealedGame:
    try:
        return open_seal(folder)
    except SealError as closed:
        raise Unreachable(str(closed)) from closed


def _value(value: float | None) -> str:
    return "no answer" if value is None else f"{value:.3g}"


def _event(kind: str, facts: Mapping[str, Any]) -> None:
    """One line of JSON."""
    typer.echo(json.dumps({"event": kind, **facts}))


def _print(text: str | Text) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)

"""A game on a lab of its own, from its bring-up to its review."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from chaos.process.files import replace_text
from lab.analysis import Timeline
from lab.analysis.score import Game, GameScore, game_of, score_game
from lab.drillfile import Step
from lab.exercise.director import Director
from lab.exercise.seal import SealedGame, facilitators_token, game_folder
from lab.journal import read
from lab.journal.events import Event
from lab.report.debrief import debrief
from lab.runs.folder import RunFolder, RunFolderError
from lab.session import Host, Request, Stop, known_services, open_host
from lab.session.sealed import Sealed
from lab.session.watch import under_watch

OF_DEVICES = frozenset({"toxic"})
"""What a device's own log says when a fault is put on it."""


@dataclass(frozen=True, slots=True)
class HostedLab:
    """A host as a director takes it: all that it changes goes through the lab's injector."""

    host: Host

    def now_s(self) -> float:
        """Seconds on the lab's clock."""
        return self.host.now_s()

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of that clock."""
        await self.host.until(instant_s)

    def write(self, event: Event) -> None:
        """Write into the lab's journal."""
        self.host.write(event)

    def note(self, by: str, role: str, kind: str, text: str) -> None:
        """Keep words beside the figures."""
        self.host.note(by, role, kind, text)

    async def apply(self, step: Step, by: str) -> str:
        """Apply a step and read it back."""
        return await self.host.changes.apply(step, by=by)

    async def undo(self, action: str, by: str) -> None:
        """Undo one."""
        await self.host.changes.undo(action, by=by)


async def play(request: Request, folder: RunFolder, game: SealedGame, stop: Stop) -> None:
    """Bring the lab up, play the game on it, take it down. The run folder has the sealed copy and its key.

    Raises:
        SetupError: the lab could not be brought up.
        Interrupted, AbortedByUser: an end was asked for; everything is rolled back, and the game was cut short.
        ChaosError: something could not be undone.
    """
    director = Director(game, frozenset(known_services()))
    sealed = Sealed(
        facilitators_token(folder), director.act, game.scenario.eyes, game.scenario.names | OF_DEVICES
    )
    asked = replace(request, drill=game.scenario.drill, purpose="interactive", sealed=sealed)
    async with open_host(asked, folder, stop, director.see) as host:
        await under_watch(_until_over(director, host), *host.ends, *host.ends_of_run)
        sealed.over = True


async def _until_over(director: Director, host: Host) -> None:
    """Play to the end, or until the facilitator takes the lab down."""
    game = asyncio.create_task(director.play(HostedLab(host)))
    down = asyncio.create_task(host.down.wait())
    try:
        await asyncio.wait({game, down}, return_when=asyncio.FIRST_COMPLETED)
        if game.done():
            game.result()
    finally:
        for task in (game, down):
            task.cancel()
        await asyncio.gather(game, down, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A game that is over: its figures, and where its review is."""

    game: Game
    score: GameScore
    text: str
    file: Path


def review(folder: RunFolder, *, with_points: bool = False) -> Reviewed:
    """Score a game from its journal, and write ``debrief.md`` and ``gameday/score.json``.

    Raises:
        GameError: no game was played in this run.
        JournalError: its journal can't be read.
        RunFolderError: the files can't be written.
    """
    timeline = Timeline.fold(read(folder.journal).events)
    game, score = game_of(timeline), score_game(timeline)
    text = debrief(game, score, PurePath(folder.report.name), with_points=with_points)
    file = folder.path / "debrief.md"
    try:
        game_folder(folder).mkdir(mode=0o700, exist_ok=True)
        replace_text(file, text)
        replace_text(game_folder(folder) / "score.json", score.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise RunFolderError(
            f"{file} can't be written: {error.strerror or error}. Free some space"
        ) from error
    return Reviewed(game, score, text, file)

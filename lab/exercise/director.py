"""The director: plays a scenario's sealed steps on a living lab, takes the acts of people, plays the trigger again.

    started ── steps at their times ── resolve ── settled ── retriggered ── watched ── stopped
                     twists, hints, notes, updates, declarations

Everything that it changes goes through the lab's injector, is read back, and is undone at the end whatever happens.
Every act is a line of the journal, and a figure of the score is made of those lines alone.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Protocol

from chaos.errors import ChaosError
from lab.drillfile import Step
from lab.drillfile.causes import parse_cause
from lab.drillfile.read_scenario import LONGEST_MIN
from lab.drillfile.scenario import MOST_SCRIPTED_S, SEEN_AFTER_S, SETTLES_S, TimedStep
from lab.exercise.player_roles import allowed
from lab.exercise.seal import SealedGame
from lab.journal.events import Event
from lab.journal.exercise_events import DIRECTOR, Act, ExerciseBegun, kind_of
from lab.journal.plane_events import PageReceived, PlaneSample
from lab.report.words import clean
from lab.session.sealed import FACILITATORS
from lab.session.watch import uninterrupted

LONGEST_TEXT = 500
FINAL_AFTER_S = 2.0
"""A request's cohort is final, and sampled, at most this long after its sender's patience."""
MOST_PAGES = 20
WATCHED = "resolved, and being watched"
NOTED = "noted. The trigger may come again: the director watches whether the fix holds"


class GameLab(Protocol):
    """What a director needs of a living lab; :class:`lab.session.Host` has it."""

    def now_s(self) -> float:
        """Seconds on the lab's clock."""

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of that clock."""

    def write(self, event: Event) -> None:
        """Write into the lab's journal."""

    def note(self, by: str, role: str, kind: str, text: str) -> None:
        """Keep words beside the figures."""

    async def apply(self, step: Step, by: str) -> str:
        """Apply a step and read it back; the id to undo it by."""

    async def undo(self, action: str, by: str) -> None:
        """Undo one."""


class Director:
    """Plays one game.

    Args:
        game: what is sealed.
        targets: the roles that may be declared; None: any name will do.
    """

    def __init__(self, game: SealedGame, targets: frozenset[str] | None) -> None:
        self.scenario = game.scenario
        self._game = game
        self._targets = targets
        self._lab: GameLab | None = None
        self._started_s = 0.0
        self._state = "coming up"
        self._begun = self.scenario.quiet and not self.scenario.twists
        self._active: dict[str, str] = {}
        self._hints = 0
        self._extra_s = 0.0
        self._said: list[dict[str, Any]] = []
        self._pages: list[dict[str, Any]] = []
        self._answers: dict[str, dict[str, float | None]] = {}
        self._said_over = False
        self._resolved = asyncio.Event()
        self._stop = asyncio.Event()

    @property
    def longest_s(self) -> float:
        """How long the game may take until it is resolved."""
        planned_s = MOST_SCRIPTED_S if self._game.pace == "scripted" else 60.0 * self.scenario.minutes
        return planned_s + self._extra_s

    def see(self, event: Event) -> None:
        """Take an event of the lab's journal: what the planes say that responders may read."""
        if isinstance(event, PageReceived) and event.plane in self.scenario.eyes:
            page = {"plane": event.plane, "alert": event.alert, "state": event.state}
            self._pages = [*self._pages, {"at_s": self._clock(event.received_s), **page}][-MOST_PAGES:]
        elif isinstance(event, PlaneSample) and event.plane in self.scenario.eyes:
            value = event.value if event.error is None else None
            self._answers.setdefault(event.plane, {})[event.query] = value

    async def play(self, lab: GameLab) -> None:
        """The whole game, on a lab that is up; returns when it is over.

        1. the scenario is written down; the steps of trigger and twists are played at their times
        2. once the team has resolved it: what lasts of the trigger is undone, it settles, the trigger comes again
        3. it is watched for as long as the condition of victory asks
        4. the last requests end, so that every second of the game is known; the game is over

        A team that resolves before anything has happened is none the wiser: the game goes on.
        """
        self._lab = lab
        self._started_s = lab.now_s()
        lab.write(
            ExerciseBegun(
                scenario=self.scenario.resolved(),
                seed=self._game.seed,
                pace=self._game.pace,
                t=self._started_s,
            )
        )
        self._act("started", DIRECTOR, DIRECTOR, self.scenario.title)
        self._state = "playing"
        quiet = self.scenario.quiet
        twists = [asyncio.create_task(self._timed(one, begins=quiet)) for one in self.scenario.twists]
        try:
            if await self._first_trigger():
                self._state = WATCHED
                await self._or_stop(self._second_trigger())
        finally:
            for failed in await _ended(twists):
                lab.note(DIRECTOR, DIRECTOR, FACILITATORS, f"a twist was not played: {failed!r}")
        self._state = "ending"
        await lab.until(lab.now_s() + self.scenario.drill.load.patience_s + FINAL_AFTER_S)
        self._act("stopped", DIRECTOR, DIRECTOR, "the game ends")
        self._state = "over"

    async def act(self, verb: str, said: Mapping[str, Any], facilitator: bool) -> dict[str, Any]:  # noqa: FBT001  a desk
        """Take an act of a person.

        Args:
            verb: one of ``lab.exercise.player_roles.VERBS``.
            said: ``by``, ``role``, ``text``.
            facilitator: whether the facilitator's token came with it.

        Raises:
            RoleError: this role may not.
            DrillError: what is declared is not a cause.
            ValueError: the game does not take this now, or words are missing.
        """
        known, role = allowed(verb, str(said.get("role", "responder")), facilitator=facilitator)
        by = clean(str(said.get("by", "")))[:LONGEST_TEXT] or role
        text = clean(str(said.get("text", "")))[:LONGEST_TEXT]
        if known == "status":
            return self._status(whole=facilitator)
        if self._state not in {"playing", WATCHED}:
            raise ValueError(f"the game is {self._state}; `lab gameday status` says when it has begun")
        if by == DIRECTOR:
            raise ValueError(f"{DIRECTOR} is who plays the scenario; choose another name")
        take: Mapping[str, Callable[[str, str, str], dict[str, Any]]] = {
            "note": partial(self._word, "note"),
            "update": partial(self._word, "update"),
            "hint": self._hint,
            "declare": self._declare,
            "resolve": self._resolve,
            "stop": self._end,
            "say": self._say,
            "extend": self._extend,
        }
        return take[known](text, by, role)

    async def _first_trigger(self) -> bool:
        """Play the trigger's steps until the team has resolved it; False: they stopped, or their time was up."""
        steps = [asyncio.create_task(self._timed(one, begins=True)) for one in self.scenario.steps]
        ends = [asyncio.create_task(event.wait()) for event in (self._resolved, self._stop)]
        up = asyncio.create_task(self._time_is_up())
        waiting = {*ends, up, *steps}
        try:
            while waiting and not any(end.done() for end in (*ends, up)):
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    one.result()  # what was not foreseen in a step ends the game
        finally:
            await _ended([*ends, up, *steps])
        if up.done() and not up.cancelled() and not self._resolved.is_set() and not self._stop.is_set():
            self._say("Time is up.")
        for name in [step.step.name for step in self.scenario.steps if step.step is not None]:
            await self._undo(name)
        return self._resolved.is_set() and not self._stop.is_set()

    async def _time_is_up(self) -> None:
        while (end_s := self._started_s + self.longest_s) > self._living().now_s():
            await self._living().until(end_s)

    async def _second_trigger(self) -> None:
        lab, victory = self._living(), self.scenario.victory
        await lab.until(lab.now_s() + SETTLES_S)
        if not self.scenario.quiet:
            self._act("retriggered", DIRECTOR, DIRECTOR, "the trigger comes again")
            again = self.scenario.again()
            for step in again:
                await self._apply(step)
            await lab.until(lab.now_s() + victory.again_s)
            for step in reversed(again):
                await self._undo(step.name)
        await lab.until(lab.now_s() + victory.within_s + SEEN_AFTER_S)

    async def _timed(self, one: TimedStep, *, begins: bool = False) -> None:
        """A step or a twist at its time, and undone at the end of it; a twist does not come once it is resolved."""
        lab, when = self._living(), one.when(self._game.pace)
        await lab.until(self._started_s + when.at_s)
        if self._resolved.is_set():
            return
        if one.step is not None:
            await self._apply(one.step)
        self._begun = self._begun or begins
        if one.say:
            self._say(one.say)
        if one.step is None or when.for_s is None:
            return
        await lab.until(self._started_s + when.at_s + when.for_s)
        await self._undo(one.step.name)

    async def _apply(self, step: Step) -> None:
        """A step that is refused is the facilitator's trouble: the game goes on without it."""
        task = asyncio.create_task(self._living().apply(step, DIRECTOR))
        try:
            await uninterrupted(_of(task))
        except ChaosError as refused:
            self._living().note(DIRECTOR, DIRECTOR, FACILITATORS, f"{step.name} was refused: {refused}")
        finally:  # also where the step's time was over meanwhile: what is active is undone
            if task.done() and not task.cancelled() and task.exception() is None:
                self._active[step.name] = task.result()

    async def _undo(self, name: str) -> None:
        """Undo a step that is active. One that a responder has changed over stays until the game's rollback."""
        action = self._active.pop(name, None)
        if action is None:
            return
        try:
            await uninterrupted(self._living().undo(action, DIRECTOR))
        except ChaosError as refused:
            self._living().note(DIRECTOR, DIRECTOR, FACILITATORS, f"{name} could not be undone: {refused}")

    async def _or_stop(self, work: Coroutine[Any, Any, None]) -> None:
        """Work until it is done, or the team stops."""
        task, stop = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
        finally:
            await _ended([task, stop])
            for name in [*self._active]:
                await self._undo(name)

    def _word(self, act: Act, text: str, by: str, role: str) -> dict[str, Any]:
        if not text:
            raise ValueError(f"a {act} needs words")
        return self._act(act, by, role, text)

    def _declare(self, text: str, by: str, role: str) -> dict[str, Any]:
        return self._act("declared", by, role, str(parse_cause(text, self._targets)))

    def _resolve(self, text: str, by: str, role: str) -> dict[str, Any]:
        """The answer is the same whether anything has happened yet or not, and so is what status says from now on."""
        answer = self._act("resolved", by, role, text)
        self._said_over = True
        if self._begun:
            self._resolved.set()
        return {**answer, "said": NOTED}

    def _end(self, text: str, by: str, role: str) -> dict[str, Any]:
        self._stop.set()
        return self._act("note", by, role, f"stop: {text or 'the team ends the game'}")

    def _hint(self, _: str, by: str, role: str) -> dict[str, Any]:
        if self._hints >= len(self.scenario.hints):
            raise ValueError("there are no more hints")
        hint = self.scenario.hints[self._hints]
        self._hints += 1
        left = len(self.scenario.hints) - self._hints
        return {**self._act("hint", by, role, hint.text), "costs_s": hint.costs_s, "left": left}

    def _extend(self, text: str, by: str, role: str) -> dict[str, Any]:
        """More time, in minutes; what is over stays over."""
        minutes = int(text) if text.isdecimal() else 0
        if not 1 <= minutes <= LONGEST_MIN:
            raise ValueError(f"{text!r} is not a number of minutes from 1 to {LONGEST_MIN}")
        self._extra_s += 60.0 * minutes
        return self._say(f"{minutes} minutes more.", by, role)

    def _say(self, text: str, by: str = DIRECTOR, role: str = DIRECTOR) -> dict[str, Any]:
        """Words that all players read."""
        if not text:
            raise ValueError("what is to be said is missing")
        self._said.append({"at_s": self._clock(self._living().now_s()), "text": text})
        return self._act("said", by, role, text)

    def _act(self, act: Act, by: str, role: str, text: str) -> dict[str, Any]:
        """Write an act down; the answer to whoever did it."""
        lab = self._living()
        lab.note(by, role, kind_of(act), text)
        return {"act": act, "at_s": self._clock(lab.now_s()), "by": by, "role": role, "text": text}

    def _status(self, *, whole: bool) -> dict[str, Any]:
        """What the game is at; of what is sealed only for the facilitator."""
        now_s = 0.0 if self._lab is None or self._state == "coming up" else self._clock(self._lab.now_s())
        told = {
            "title": self.scenario.title,
            "state": self._state if whole or not self._said_over or self._state != "playing" else WATCHED,
            "elapsed_s": now_s,
            "left_s": max(0.0, round(self.longest_s - now_s, 1)),
            "said": list(self._said),
            "pages": list(self._pages),
            "planes": {plane: dict(answers) for plane, answers in sorted(self._answers.items())},
            "hints_left": len(self.scenario.hints) - self._hints,
        }
        if not whole:
            return told
        sealed = {"scenario": self.scenario.name, "active": sorted(self._active), "begun": self._begun}
        return {**told, "sealed": {**sealed, "cause": [str(cause) for cause in self.scenario.causes]}}

    def _clock(self, t: float) -> float:
        """Seconds of the game, not of the lab."""
        return round(t - self._started_s, 1)

    def _living(self) -> GameLab:
        if self._lab is None:
            raise ValueError("the lab of this game is not up yet")
        return self._lab


async def _of(task: asyncio.Task[str]) -> str:
    return await task


async def _ended(tasks: list[asyncio.Task[Any]]) -> list[Exception]:
    """Cancel what still runs, and wait until it has ended; the errors of what had ended by one."""
    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return [end for end in ends if isinstance(end, Exception)]

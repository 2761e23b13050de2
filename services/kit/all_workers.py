"""Several workers that play one role together, as one service: asked all at once, answered as one.

PATCH /settings ──▶ first process ──┬──▶ worker 1      all take it: the new settings
└──▶ worker 2      one does not: all are given the old ones again
"""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from services.kit.controlled import ControlledError, Json
from services.kit.data_probe import why_refused
from services.kit.live_settings import SettingsError
from services.kit.merged import alike, merged, merged_states
from services.kit.worker_calls import Worker

READ_WITHIN_S = 0.8
"""Less than the lab waits for an answer, so that it hears which worker gave none."""
CHANGE_WITHIN_S = 1.0
"""With the time to give everything back (as long as a read), less than the lab waits for a change."""
_OK = 200


class AllWorkers:
    """Answers for all workers.

    Args:
        service: Its name.
        boot: Different after each start.
        address: Host and port of the data port.
        workers: All of them.
    """

    def __init__(self, service: str, boot: str, address: tuple[str, int], workers: Sequence[Worker]) -> None:
        self._own = {"service": service, "boot": boot}
        self._address = address
        self._workers = workers
        self._changing = False
        self._forgetting: set[asyncio.Task[Any]] = set()

    async def refuses(self) -> str | None:
        """Why the data port can't be used: one worker does not answer, or no connection can be made."""
        try:
            return await why_refused(self._address, self._expect, self._forget)
        except ControlledError as error:
            return str(error)

    async def counters(self, after: float) -> Json:
        """The counters of all, with the processor time of this process."""
        asked_s = time.monotonic()
        found = await self._ask("counters", after)
        whole = merged(found, asked_s)
        own_s = time.process_time()
        return {**self._own, "now_s": time.monotonic(), **whole, "cpu_s_total": whole["cpu_s_total"] + own_s}

    async def settings(self) -> Json:
        """What all of them have alike."""
        return dict(alike(await self._ask("settings"), "the settings"))

    async def change(self, changes: Json) -> Json:
        """Change settings in all of them or in none."""
        with self._one_change():
            before, ends = await asyncio.gather(
                self._each("settings", within_s=CHANGE_WITHIN_S), self._each("change", changes)
            )
            if any(isinstance(end, BaseException) for end in ends):
                raise self._wrong(ends, await self._give_back(before))
            try:
                return dict(alike(ends, "the settings"))
            except ControlledError:
                await self._give_back(before)
                raise

    async def _give_back(self, before: Sequence[Any]) -> str:
        """Each gets the settings that it had; who did not answer, the others': it takes them after the change.

        Returns:
            Who has not taken them, and why; empty: all have.
        """
        known = [one for one in before if not isinstance(one, BaseException)]
        if not known:
            return ""
        had = [known[0] if isinstance(one, BaseException) else one for one in before]
        asked = [
            worker.ask("change", one, within_s=READ_WITHIN_S)
            for worker, one in zip(self._workers, had, strict=True)
        ]
        return _not_taken_back(await asyncio.gather(*asked, return_exceptions=True))

    async def automations(self) -> Json:
        """What each automation is at."""
        return merged_states(await self._ask("automations"))

    async def automate(self, written: str) -> tuple[Json, int]:
        """Start or stop one in all of them; one that could not be started everywhere is stopped again.

        One that could not be stopped everywhere is not started again: what it did has been undone in the others.
        """
        with self._one_change():
            before = await self._ask("automations")
            ends = await self._each("automate", written)
            wrong = next((end for end in ends if not isinstance(end, BaseException) and end[1] != _OK), None)
            if wrong is None and not any(isinstance(end, BaseException) for end in ends):
                return merged_states([states for states, _ in ends]), _OK
            if wrong is not None and all(end == wrong for end in ends):
                return wrong[0], wrong[1]
            left = await self._take_back(written, before, ends)
            if wrong is None:
                raise self._wrong(ends, left)
            names = [worker.name for worker, end in zip(self._workers, ends, strict=True) if end == wrong]
            why = f"{names[0]}: {wrong[0]['error']}"
            return {**wrong[0], "error": f"{why}; {left}" if left else why}, wrong[1]

    @contextmanager
    def _one_change(self) -> Iterator[None]:
        """One after the other: what is taken back must not be another change's."""
        if self._changing:
            raise ControlledError("another change is going on; nothing was changed")
        self._changing = True
        try:
            yield
        finally:
            self._changing = False

    async def _take_back(self, written: str, before: Sequence[Json], ends: Sequence[Any]) -> str:
        """Stop what was started; who did not answer may have started it, too.

        Returns:
            What is not as it was; empty: nothing.
        """
        asked = _object(written)
        name = str(asked.get("automation"))
        if asked.get("do") == "stop":
            if any(not isinstance(end, BaseException) and end[1] == _OK for end in ends):
                return "stopped in the others"
            return "it may stop later" if all(isinstance(end, BaseException) for end in ends) else ""
        stop = json.dumps({"do": "stop", "automation": name})
        begun = [
            worker
            for worker, states, end in zip(self._workers, before, ends, strict=True)
            if (isinstance(end, BaseException) or end[1] == _OK)
            and states.get(name, {}).get("state") == "idle"
        ]
        stopped = await asyncio.gather(
            *(worker.ask("automate", stop, within_s=CHANGE_WITHIN_S) for worker in begun),
            return_exceptions=True,
        )
        failed = [
            ControlledError(f"{worker.name}: {end[0]['error']}")
            for worker, end in zip(begun, stopped, strict=True)
            if not isinstance(end, BaseException) and end[1] != _OK
        ]
        return _not_taken_back([*stopped, *failed])

    async def _expect(self, port: int) -> None:
        await self._ask("expect", port)

    def _forget(self, port: int) -> None:
        task = asyncio.create_task(self._each("forget", port))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)

    async def _ask(self, what: str, *given: object) -> list[Any]:
        """What each answers."""
        ends = await self._each(what, *given, within_s=READ_WITHIN_S)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return ends

    async def _each(self, what: str, *given: object, within_s: float = CHANGE_WITHIN_S) -> list[Any]:
        """What each answers, or raises.

        All are asked in one step, so each is asked everything in the same order: nothing is read between the parts of a
        change that two workers have.
        """
        calls = [worker.ask(what, *given, within_s=within_s) for worker in self._workers]
        return await asyncio.gather(*calls, return_exceptions=True)

    def _wrong(self, ends: Sequence[Any], left: str) -> BaseException:
        """The first that went wrong; a refusal by all workers is the service's own.

        Args:
            ends: What each answered, or raised.
            left: What is not as it was before; empty: nothing.
        """
        pairs = zip(self._workers, ends, strict=True)
        wrong = [(worker.name, end) for worker, end in pairs if isinstance(end, BaseException)]
        name, first = wrong[0]
        if isinstance(first, SettingsError) and len(wrong) == len(ends):
            return first
        why = str(first) if isinstance(first, ControlledError) else f"{name}: {first}"
        return ControlledError(f"{why}; {left}" if left else f"nothing was changed: {why}")


def _not_taken_back(ends: Sequence[Any]) -> str:
    """Says which went wrong of those that took something back; empty: none."""
    left = "; ".join(str(end) for end in ends if isinstance(end, BaseException))
    return f"not taken back: {left}" if left else ""


def _object(written: str) -> Json:
    """A body as an object; without entries where it is none, which each worker refuses by itself."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

"""What a service's first process asks its workers, over a pair of sockets that nothing else can reach.

    {"id": 7, "call": "counters", "with": [12345.0]}        first process -> worker, one JSON object a line
    {"id": 7, "is": {...}}                                   the answer
    {"id": 7, "refused": {"error": ..., "key": ...}}         a SettingsError
    {"id": 7, "failed": "ValueError: ..."}                   anything else that went wrong

The end of the stream is the word to stop for the worker, and the worker's end for the first process.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from services.kit.controlled import ControlledError, OneProcess
from services.kit.live_settings import SettingsError

Calls = Mapping[str, Callable[..., Awaitable[Any]]]

_LONGEST_LINE = 1 << 24


async def open_stream(end: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """One end of the pair."""
    return await asyncio.open_unix_connection(sock=end, limit=_LONGEST_LINE)


class Worker:
    """A worker, as the first process has it.

    Args:
        name: As in `worker 2 of 2`.
        end: The first process's end of the pair.
    """

    def __init__(self, name: str, end: socket.socket) -> None:
        self.name = name
        self._end = end
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asked = 0

    async def open(self) -> None:
        """Begin to listen to it."""
        reader, self._writer = await open_stream(self._end)
        self._listening = asyncio.create_task(self._listen(reader))

    def stop(self) -> None:
        """Ask it to end."""
        self._writer.close()
        self._listening.cancel()

    def ask(self, what: str, *given: object, within_s: float | None) -> Coroutine[Any, Any, Any]:
        """Ask at once; what is awaited is the answer.

        Raises:
            SettingsError: it refuses the change.
            ControlledError: no answer in time, or something went wrong in it; names the worker.
        """
        self._asked += 1
        number = self._asked
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"id": number, "call": what, "with": given}).encode() + b"\n")
        return self._answer(number, what, within_s)

    async def _answer(self, number: int, what: str, within_s: float | None) -> Any:  # noqa: ANN401  JSON
        try:
            async with asyncio.timeout(within_s):
                said = await self._waiting[number]
        except TimeoutError as late:
            raise ControlledError(f"{self.name} did not answer `{what}` within {within_s:g} s") from late
        finally:
            del self._waiting[number]
        if "refused" in said:
            refused = said["refused"]
            raise SettingsError(refused["error"], refused["key"], refused["value"], refused["valid"])
        if "failed" in said:
            raise ControlledError(f"{self.name} failed at `{what}`: {said['failed']}")
        return said["is"]

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            waiting = self._waiting.get(said["id"])
            if waiting is not None and not waiting.done():
                waiting.set_result(said)


class Answering:
    """A worker's side.

    Args:
        controlled: The role that it plays.
    """

    def __init__(self, controlled: OneProcess) -> None:
        async def begun() -> None:
            """All is open by now."""

        async def expect(port: int) -> None:
            controlled.port.expect(port)

        async def forget(port: int) -> None:
            controlled.port.forget(port)

        self._calls: Calls = {
            "begun": begun,
            "expect": expect,
            "forget": forget,
            "counters": controlled.counters,
            "settings": controlled.settings,
            "change": controlled.change,
            "automations": controlled.automations,
            "automate": controlled.automate,
        }

    async def until_asked_to_end(self, end: socket.socket) -> None:
        """Answer in the order in which it is asked, until the stream ends."""
        reader, writer = await open_stream(end)
        while line := await reader.readline():
            asked = json.loads(line)
            answer = {"id": asked["id"], **await self._answer(asked["call"], asked["with"])}
            writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def _answer(self, call: str, given: list[Any]) -> dict[str, Any]:
        try:
            return {"is": await self._calls[call](*given)}
        except SettingsError as refused:
            return {"refused": refused.as_json}
        except Exception as error:  # noqa: BLE001  whatever it is: the first process reports it
            return {"failed": f"{type(error).__name__}: {error}"}

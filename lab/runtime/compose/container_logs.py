"""What containers wrote, by ``docker logs``: standard output and standard error together."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from lab.runtime.base import LogLine
from lab.runtime.compose.plugin import environment

TAIL_LINES = 15
DEADLINE_S = 20.0
LONGEST_LINE = 1 << 20


async def _start(arguments: tuple[str, ...], output: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "docker",
        "logs",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        env=environment({}),
        limit=LONGEST_LINE,
        start_new_session=True,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def read_lines(service: str, container_id: str, *, follow: bool) -> AsyncIterator[LogLine]:
    """The lines of a container's log; with ``follow`` also those to come, until the container ends."""
    more = ("--follow",) if follow else ()
    process = await _start((*more, container_id), asyncio.subprocess.PIPE)
    try:
        while process.stdout and (line := await process.stdout.readline()):
            yield LogLine(service, line.decode(errors="replace").rstrip("\r\n"))
    finally:
        await _end(process)


async def tail(container_id: str, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The last lines of a container's log; none where the engine doesn't answer."""
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(DEADLINE_S):
            process = await _start(("--tail", str(lines), container_id), asyncio.subprocess.PIPE)
            try:
                output, _ = await process.communicate()
            finally:
                await _end(process)
            return tuple(output.decode(errors="replace").splitlines()) if not process.returncode else ()
    return ()


async def save(container_id: str, file: Path) -> None:
    """Copy a container's log to a file.

    Raises:
        OSError: the file can't be written.
        TimeoutError: the engine did not give it in time.
    """
    target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        async with asyncio.timeout(DEADLINE_S):
            process = await _start((container_id,), target)
            try:
                await process.wait()
            finally:
                await _end(process)
    finally:
        os.close(target)

"""Reading what a local process wrote."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

from chaos.wait import wait_until
from lab.runtime.base import LogLine

TAIL_LINES = 15
TAIL_BYTES = 64_000


def tail(log: Path, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The last lines of a log, without reading the whole of a long one."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            return tuple(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ()


async def read_lines(service: str, path: Path, *, follow: bool) -> AsyncIterator[LogLine]:
    """The lines of a log; with ``follow`` also those to come, for ever."""
    with path.open("rb") as log:
        rest = b""
        while True:
            *lines, rest = (rest + log.read()).split(b"\n")
            for line in lines:
                yield LogLine(service, line.decode(errors="replace"))
            if not follow:
                break
            await wait_until(lambda: log.peek(1), math.inf, f"{service} to write", every_s=0.2)
        if rest:
            yield LogLine(service, rest.decode(errors="replace"))

"""``python -m lab.web HOME``: the process behind ``lab watch --web``. It ends by a signal, or with who started it."""

import argparse
import asyncio
import os
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.runtime.base import SetupError
from lab.web.browser import opened_browser
from lab.web.site import serving

NO_SETUP = 4
"""Exit code: the port is taken."""


def main() -> None:
    """Serve until the end is asked for."""
    parser = argparse.ArgumentParser(prog="lab.web", description=__doc__)
    parser.add_argument("home", type=Path, help="where runs are")
    parser.add_argument("--run", help="the run to show, and no other")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--browser", action="store_true", help="open the page")
    asked = parser.parse_args()
    try:
        asyncio.run(serve(asked.home, asked.run, asked.port, browser=asked.browser))
    except SetupError as unfit:
        sys.stderr.write(f"lab: {unfit}\n")
        sys.exit(NO_SETUP)


async def serve(home: Path, run: str | None, port: int, *, browser: bool) -> None:
    """Print the address, and serve it to the end."""
    with ended() as end:
        async with serving(home, run, port) as server:
            print(f"The live page: {server.url}", flush=True)  # noqa: T201  what the command is for
            print("Whoever has this address may drive the lab. Ctrl-C ends the page.", flush=True)  # noqa: T201  as above
            with opened_browser(server.url, wanted=browser):
                await asyncio.wait({end, server.site.following}, return_when=asyncio.FIRST_COMPLETED)
        if server.site.following.done() and not server.site.following.cancelled():
            server.site.following.result()


@contextmanager
def ended() -> Iterator["asyncio.Future[None]"]:
    """Done at the first SIGINT or SIGTERM, or when the pipe at stdin is closed: who started this is gone."""
    loop = asyncio.get_running_loop()
    end: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not end.done():
            end.set_result(None)

    def read() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    piped = stat.S_ISFIFO(os.fstat(0).st_mode)
    if piped:
        loop.add_reader(0, read)
    try:
        yield end
    finally:
        if piped:
            loop.remove_reader(0)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    main()

"""``lab watch --web`` as a person calls it, on a lab of stubs. Tests lab.cli.page_server and lab.web.__main__."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from chaos.wait import wait_until
from tests.lab.web.conftest import Watched, stubs, watched

pytestmark = pytest.mark.live
__all__ = ["stubs", "watched"]

LAB = (sys.executable, "-c", "from lab.cli import main; main()")
DEADLINE_S = 60


@asynccontextmanager
async def lab(home: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """``lab`` with these arguments, in a group of its own; ended if it is still there."""
    env = {**os.environ, "LAB_HOME": str(home), "DISPLAY": "", "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        *LAB,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=env,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def printed(process: asyncio.subprocess.Process) -> str:
    """The address of the page."""
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        line = (await process.stdout.readline()).decode()
    found = re.fullmatch(r"The live page: (http://127\.0\.0\.1:\d+/\?token=[\w-]{43})\n", line)
    assert found, line
    return found[1]


async def is_served(url: str) -> bool:
    """Whether the page answers there."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        try:
            async with session.get(url) as answer:
                return answer.status == 200 and "A second of refusals" in await answer.text()
        except aiohttp.ClientError:
            return False


async def test_the_page_is_served_until_ctrl_c_and_the_lab_goes_on(watched: Watched, tmp_path: Path) -> None:
    """The address is printed once, with its token; 0 at the end, and the lab takes orders as before."""
    async with lab(tmp_path, "watch", "--web", "--no-browser") as process:
        url = await printed(process)
        await wait_until(lambda: is_served(url), DEADLINE_S, "the page")
        os.killpg(process.pid, signal.SIGINT)
        said, trouble = await asyncio.wait_for(process.communicate(), DEADLINE_S)
        assert (process.returncode, trouble) == (0, b"")
        assert url.encode() not in said
        assert not await is_served(url)
    assert not watched.host.stop.ending


async def test_the_server_ends_with_a_command_that_was_killed(watched: Watched, tmp_path: Path) -> None:
    """No server is left behind that no one knows of."""
    async with lab(tmp_path, "watch", "--web", "--no-browser") as process:
        url = await printed(process)
        await wait_until(lambda: is_served(url), DEADLINE_S, "the page")
        process.kill()

        async def gone() -> bool:
            return not await is_served(url)

        await wait_until(gone, DEADLINE_S, "the server to end")


async def test_without_a_lab_it_says_how_to_start_one(tmp_path: Path) -> None:
    """Exit code 3, and nothing listens."""
    async with lab(tmp_path, "watch", "--web") as process:
        said, trouble = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 3
    assert b"Start one with `lab up`" in trouble
    assert said == b""


async def test_a_port_that_is_taken_is_named(watched: Watched, tmp_path: Path) -> None:
    """Exit code 4, and what to do."""
    taken = str(watched.server.port)
    async with lab(tmp_path, "watch", "--web", "--no-browser", "--port", taken) as process:
        _, trouble = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 4
    assert f"127.0.0.1:{taken} can't be listened on" in trouble.decode()
    assert "Choose another --port" in trouble.decode()

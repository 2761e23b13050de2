"""The contract of starting and of logs, on topologies of one service that do what is wanted of them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.actions import SendSignal
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until
from lab.runtime import Runtime
from lab.runtime.base import SetupError
from tests.contract.world import living, new_runtime

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("small")]

TALKS = "import time; print('one'); print('two', flush=True); time.sleep(2); print('three', flush=True); time.sleep(60)"
HEALTH = "{test: [CMD, curl, 'http://127.0.0.1:9000/health'], interval: 500ms, timeout: 500ms, retries: 4}"


@pytest.fixture
def runtime(kind: str, tmp_path: Path) -> Iterator[Runtime]:
    """One that is not up yet."""
    with new_runtime(kind, tmp_path) as runtime:
        yield runtime


def topology(folder: Path, code: str, more: str = "") -> Path:
    """A topology of one service that runs this code."""
    file = folder / "compose.yaml"
    file.write_text(
        "name: small\n"
        "services:\n"
        "  talker:\n"
        '    image: "${SERVICES_IMAGE}"\n'
        "    init: true\n"
        '    labels: {retry-storm-lab.run: "${LAB_RUN}"}\n'
        f'    command: [python, -c, "{code}"]\n'
        f"{more}",
        encoding="utf-8",
    )
    return file


async def test_logs_are_what_was_written_and_can_be_followed(runtime: Runtime, tmp_path: Path) -> None:
    """The lines so far, oldest first; followed, those to come as well; collected, a file a service."""
    async with living(runtime, topology(tmp_path, TALKS)) as lab:
        followed: list[str] = []
        async with asyncio.timeout(60):
            async for line in lab.runtime.logs("talker", follow=True):
                followed.append(line.text)
                if line.text == "three":
                    break
        assert followed == ["one", "two", "three"]
        lines = [line async for line in lab.runtime.logs("talker", follow=False)]
        assert [(line.service, line.text) for line in lines] == [("talker", text) for text in followed]
        (tmp_path / "logs").mkdir()
        await lab.runtime.collect_logs(tmp_path / "logs")
        assert (tmp_path / "logs" / "talker.log").read_text().split() == followed


async def test_a_death_is_reported_with_the_last_lines(runtime: Runtime, tmp_path: Path) -> None:
    """Exit code, unplanned, and what it wrote last; then down leaves nothing, twice as well."""
    async with living(runtime, topology(tmp_path, TALKS)) as lab:

        async def wrote() -> bool:
            return [line.text async for line in lab.runtime.logs("talker", follow=False)][:2] == [
                "one",
                "two",
            ]

        await wait_until(wrote, 30, "the first lines")
        await apply_and_verify(SendSignal(handle=lab.runtime.handle("talker"), signal="kill"))
        (report,) = await wait_until(lab.runtime.check_alive, 30, "the death to be noticed")
        assert (report.service, report.state, report.planned) == ("talker", "exited", False)
        assert report.log_tail[:2] == ("one", "two")
        assert await lab.runtime.memory_bytes() == {}
        assert (await lab.runtime.usage("talker")).cpu_s_total is None
        await lab.runtime.down()
        await lab.runtime.down()
        assert await lab.runtime.takedown().is_active()


async def test_what_ends_at_once_is_an_error_with_its_last_lines(runtime: Runtime, tmp_path: Path) -> None:
    """The message has the service, what it wrote, and what to do; nothing is left."""
    file = topology(
        tmp_path,
        "import sys; sys.exit('no such luck')",
        f"    healthcheck: {HEALTH}\n    ports: ['127.0.0.1::9000']\n",
    )
    with pytest.raises(SetupError, match=r"(?s)talker.*ended.*no such luck.*Fix"):
        async with living(runtime, file):
            pass
    assert await runtime.takedown().is_active()


async def test_what_never_gets_healthy_is_an_error_with_its_last_lines(
    runtime: Runtime, tmp_path: Path
) -> None:
    """After retries x interval; the message has the health check's last answer."""
    file = topology(tmp_path, TALKS, f"    healthcheck: {HEALTH}\n    ports: ['127.0.0.1::9000']\n")
    with pytest.raises(SetupError, match=r"(?s)talker.*not ready after 2 s.*one.*two"):
        async with living(runtime, file):
            pass
    assert await runtime.takedown().is_active()


async def test_cancelled_while_starting_leaves_nothing(runtime: Runtime, tmp_path: Path) -> None:
    """Ctrl-C at bring-up: what was started is gone when the call returns."""
    file = topology(tmp_path, TALKS, f"    healthcheck: {HEALTH}\n    ports: ['127.0.0.1::9000']\n")

    async def never() -> None:
        async with living(runtime, file):
            pass

    bringing_up = asyncio.create_task(never())

    async def begun() -> bool:
        return not await runtime.takedown().is_active()

    await wait_until(begun, 60, "something to be started")
    bringing_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bringing_up
    assert await runtime.takedown().is_active()

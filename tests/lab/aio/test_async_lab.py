"""A lab that a program plays with, on stubs. Tests lab.aio: async_lab, recorded and one_run."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.wait import wait_until
from lab import aio
from lab.drillfile import Drill, DrillError
from lab.journal import read
from lab.journal.events import Event
from lab.runtime.slots import measuring_now
from lab.session import Permission, Unreachable
from tests.lab.session.stub_lab import DRILL, StubLab, stub_lab

pytestmark = pytest.mark.live

LONG = DRILL.replace("baseline: 2 s", "baseline: 60 s")


@pytest.fixture
async def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # whatever else is measured on this machine
    async with stub_lab(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
async def lab(stubs: StubLab) -> AsyncIterator[aio.Lab]:
    request = replace(stubs.request(stubs.drill("played")), out=stubs.path / "lab")
    made = aio.Lab(request)
    await made.open()
    yield made
    await made.close()


def share(stubs: StubLab) -> object:
    """What storefront really has."""
    return stubs.ports["storefront"].settings["fail_share"]


async def begun(lab: aio.Lab, drill: Drill) -> "asyncio.Task[object]":
    """A drill on the lab, once it runs."""
    task = asyncio.create_task(lab.run(drill))
    host = lab._host
    assert host is not None
    await wait_until(lambda: host.permissions == {Permission.ABORT} and host.current, 60, "the drill to run")
    return task


async def test_what_is_applied_is_read_back_and_undone(lab: aio.Lab, stubs: StubLab) -> None:
    """By its id, or all of it; wrong names are refused with the nearest."""
    first = await lab.fault("unavailable", "storefront", share="50 %")
    assert share(stubs) == 0.5
    await lab.undo(first)
    assert share(stubs) == 0.0
    second = await lab.fault("unavailable", "storefront", share=0.25)
    assert share(stubs) == 0.25
    assert await lab.clear() == [second]
    assert share(stubs) == 0.0
    with pytest.raises(DrillError, match="did you mean `unavailable`"):
        await lab.fault("unavailble", "storefront")
    with pytest.raises(KeyError, match="no action nope"):
        await lab.undo("nope")


async def test_while_a_drill_runs_nothing_else_changes_the_lab(lab: aio.Lab, stubs: StubLab) -> None:
    """It would be part of what is measured; a second drill waits for no one, it is refused."""
    running = await begun(lab, stubs.drill("short"))
    with pytest.raises(Unreachable, match=r"a drill runs here .*`lab abort` ends it"):
        await lab.fault("unavailable", "storefront", share="50 %")
    with pytest.raises(Unreachable, match="a drill runs here"):
        await lab.run(stubs.drill("second"))
    await running
    assert await lab.fault("unavailable", "storefront", share="50 %"), (
        "the interactive run goes on afterwards"
    )


async def test_the_machine_is_taken_for_a_drill_and_not_for_a_game(stubs: StubLab) -> None:
    """A lab that is up for hours would keep every drill of this machine waiting."""
    async with await aio.open_lab(stubs.drill("played"), runtime="embedded") as lab:
        assert measuring_now() is None
        running = await begun(lab, stubs.drill("short"))
        await wait_until(measuring_now, 30, "the drill's turn")
        await running
        assert measuring_now() is None


async def test_an_abort_ends_the_drill_and_the_lab_and_all_is_rolled_back(
    lab: aio.Lab, stubs: StubLab
) -> None:
    """The run has its own end before the lab is taken down; whoever calls the lab then hears that it is over."""
    running = await begun(lab, stubs.drill("long", text=LONG))
    await lab.abort("seen enough")
    with pytest.raises(Exception, match="seen enough"):
        await running
    closed = read(lab.folder.journal).closed
    assert closed is not None
    assert (closed.outcome, closed.clean) == ("aborted", True)
    with pytest.raises(Unreachable, match="is over: what it did is in"):
        await lab.figures()
    await lab.abort("twice is once")


async def test_a_fault_whose_caller_is_cancelled_is_applied_whole(lab: aio.Lab, stubs: StubLab) -> None:
    """Half an action is none: it can still be undone."""
    task = asyncio.create_task(lab.fault("unavailable", "storefront", share="50 %"))
    await asyncio.sleep(0)  # noqa: TID251 - it has begun
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert share(stubs) == 0.5
    assert await lab.clear()
    assert share(stubs) == 0.0


async def test_events_go_on_where_one_left_off(lab: aio.Lab) -> None:
    """What was recorded, then what happens, each once; after the last line there is no more."""
    before = [event async for event in lab.events()]
    assert [event.seq for event in before] == list(range(len(before)))
    got: list[Event] = []

    async def follow() -> None:
        async for event in lab.events(before[-1].seq, follow=True):
            got.append(event)  # noqa: PERF401 - as it comes

    following = asyncio.create_task(follow())
    await lab.note("look here", by="me")
    await lab.close()
    await asyncio.wait_for(following, 30)
    assert [event.seq for event in got] == list(range(len(before), len(before) + len(got)))
    assert got[-1].type == "run.closed"
    assert [event.text for event in got if event.type == "note.written" and event.by == "me"] == ["look here"]


async def test_a_listener_that_fails_ends_only_its_listening(stubs: StubLab) -> None:
    """The run is as if no one had looked."""
    heard: list[str] = []

    def listen(event: Event) -> None:
        heard.append(event.type)
        raise ValueError("odd")

    result = await aio.run(stubs.drill("short"), runtime="embedded", on_event=listen)
    assert heard == ["run.opened"]
    assert result.verdict.outcome == "completed"


async def test_a_cancelled_run_is_rolled_back_and_the_cancellation_raised(stubs: StubLab) -> None:
    """As a program with a loop expects it."""
    task = asyncio.create_task(
        aio.run(stubs.drill("long", text=LONG), runtime="embedded", out=stubs.path / "out")
    )
    journal = stubs.path / "out" / "journal.jsonl"
    await wait_until(lambda: journal.exists() and b"phase.entered" in journal.read_bytes(), 60, "it to run")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    closed = read(journal).closed
    assert closed is not None
    assert (closed.outcome, closed.clean) == ("interrupted", True)

"""What a run says and refuses over its socket: on a real one, with a host that has no lab behind it."""

import asyncio
import json
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.wait import wait_until
from lab.analysis import Timeline
from lab.cli import interactive, main
from lab.drillfile import load_drill
from lab.journal import JournalWriter
from lab.journal.events import NoteWritten, PhaseEntered, RunClosed
from lab.probes.control import ControlClient
from lab.remote.socket_path import short_path
from lab.runner import AbortedByUser
from lab.session import (
    Host,
    LabClient,
    Request,
    RunFolder,
    Stop,
    Unreachable,
    create_run_folder,
    living,
    the_living,
)
from lab.session import host as hosting
from lab.session.changes import Changes
from lab.session.interactive_run import InteractiveRun
from lab.session.server import serving
from lab.session.watch import under_watch
from tests.checkout import ROOT

NOTHING = SimpleNamespace(name="embedded")
"""A runtime of which nothing is asked."""


@asynccontextmanager
async def host(root: Path, *, interactive: bool = False, folder: Path | None = None) -> AsyncIterator[Host]:
    """A host that listens; no lab comes up."""
    run = create_run_folder(root, "smoke", folder)
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(JournalWriter(run.journal))
        control = ControlClient("")
        stack.push_async_callback(control.close)
        drill = load_drill(ROOT / "drills" / "smoke.yaml")
        request = Request(root, drill, "embedded", purpose="interactive" if interactive else "drill")
        made = Host(request, run, cast("Any", NOTHING), journal, control, Stop())
        made.changes = Changes(cast("Any", NOTHING), cast("Any", SimpleNamespace(open=tuple)))
        if interactive:
            made.current = InteractiveRun(made, drill)
        else:
            made.own_run(Timeline())
        journal.write(NoteWritten(by="x", role="x", kind="x", text="first"))
        await stack.enter_async_context(serving(made))
        yield made


async def refused(run: RunFolder, method: str, path: str) -> str:
    """What is said to someone who asks for what can't be."""
    with pytest.raises(Unreachable) as told:
        await LabClient(run).call(method, path, {})
    return str(told.value)


@pytest.mark.slow
async def test_a_drill_is_watched_and_aborted_but_not_disturbed(tmp_path: Path) -> None:
    """No fault, no policy, no down while a drill is measured; the refusal names the command that ends it."""
    async with host(tmp_path) as made:
        made.ready = True
        for method, path in (
            ("POST", "/actions"),
            ("GET", "/top"),
            ("DELETE", "/actions"),
            ("DELETE", "/actions/1"),
            ("POST", "/down"),
        ):
            said = await refused(made.folder, method, path)
            assert said == f"a drill runs here ({made.folder.name}); `lab abort` ends it"
        assert not made.down.is_set()
        made.write(PhaseEntered(phase="trigger", planned_s=3, because=""))
        assert (await LabClient(made.folder).call("GET", "/status"))["state"] == "trigger"


@pytest.mark.slow
async def test_a_body_that_is_no_object_is_refused_with_what_is_wanted(tmp_path: Path) -> None:
    """Of everything that takes one; nothing is done."""
    async with host(tmp_path, interactive=True) as made:
        made.ready = True
        for path in ("/actions", "/notes", "/runs", "/abort"):
            with pytest.raises(Unreachable, match="must be a JSON object"):
                await LabClient(made.folder).call("POST", path, cast("Any", ["latency"]))


@pytest.mark.slow
async def test_an_undo_that_failed_is_code_5_and_never_called_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One id or all of them: the command says what is still active."""

    async def failed(*_: object, **__: object) -> bool:
        return False

    async with host(tmp_path, interactive=True) as made:
        stuck = SimpleNamespace(open=lambda: (SimpleNamespace(id="01-slow", kind="fault"),), undo=failed)
        made.changes = Changes(cast("Any", NOTHING), cast("Any", stuck))
        made.folder.asked.write_text("{}")
        made.ready = True
        monkeypatch.setenv("LAB_HOME", str(tmp_path))
        for arguments in (("01-slow",), ("--all",)):
            monkeypatch.setattr(sys, "argv", ["lab", "fault", "clear", *arguments])
            with pytest.raises(SystemExit) as left:
                await asyncio.to_thread(main)
            assert left.value.code == 5
            said = capsys.readouterr()
            assert "01-slow could not be undone" in said.err
            assert "It is still active" in said.err
            assert "undone: " not in said.out


async def test_the_socket_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    """Only its owner may connect, and what was killed is not taken for living."""
    async with host(tmp_path) as made:
        assert stat.S_IMODE(made.folder.socket.stat().st_mode) == 0o600
        assert living(tmp_path) == [made.folder]
        assert the_living(tmp_path, str(made.folder.path)) == made.folder
    assert not made.folder.socket.exists()
    assert living(tmp_path) == []
    with pytest.raises(Unreachable, match="is over"):
        the_living(tmp_path, made.folder.name)


def test_a_run_that_was_killed_does_not_live_although_its_socket_is_still_there(tmp_path: Path) -> None:
    """No one unlinks a socket after a kill -9; whoever aborts all that lives must not stumble over it."""
    run = create_run_folder(tmp_path, "smoke")
    with socket.socket(socket.AF_UNIX) as killed, short_path(run.socket) as path:
        killed.bind(path)
    assert run.socket.is_socket()
    assert living(tmp_path) == []


async def test_a_deep_run_folder_has_a_socket_all_the_same(tmp_path: Path) -> None:
    """The kernel takes 107 bytes of a path; folders are longer than that."""
    deep = tmp_path.joinpath(*["a-rather-long-name-for-a-folder"] * 5)
    async with host(tmp_path, folder=deep) as made:
        assert len(str(made.folder.socket)) > 150
        assert (await LabClient(made.folder).call("GET", "/status"))["state"] == "coming up"


async def test_the_first_abort_ends_the_run_and_the_second_hears_that_it_rolls_back(tmp_path: Path) -> None:
    """While the lab comes up as well as later; the journal says at once who wanted it and why."""
    async with host(tmp_path) as made:
        client = LabClient(made.folder)
        asking = asyncio.create_task(client.abort("too\n hot\x07"))
        with pytest.raises(AbortedByUser, match=r"^aborted by the user: too hot$"):
            await asyncio.wait_for(under_watch(asyncio.Event().wait(), *made.ends), 30)
        assert await asking is True
        assert await client.abort("once more") is False
        assert (await client.call("GET", "/status"))["state"] == "rolling back"
    lines = [json.loads(line) for line in made.folder.journal.read_text().splitlines()]
    assert [line["text"] for line in lines] == ["first", "too hot"]


async def test_an_interactive_lab_takes_orders_once_it_is_up(tmp_path: Path) -> None:
    """Before, it says what can be done instead; `down` then ends it."""
    async with host(tmp_path, interactive=True) as made:
        assert "coming up; `lab abort` ends it" in await refused(made.folder, "POST", "/down")
        made.ready = True
        await LabClient(made.folder).call("POST", "/down")
        assert made.down.is_set()


async def test_down_leaves_a_drill_alone_and_says_how_to_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who wants their lab gone may have forgotten that someone measures."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    async with host(tmp_path) as made:
        await asyncio.to_thread(interactive.down)
        assert not made.down.is_set()
        assert not made.stop.ending
    said = capsys.readouterr().out
    assert "left alone: a drill runs here; `lab abort` ends it" in " ".join(said.split())
    assert "No lab is up." in said


async def test_orders_go_to_the_interactive_lab_before_a_drill(tmp_path: Path) -> None:
    """Whoever plays with a lab means that one, though a drill was started later."""
    async with host(tmp_path, interactive=True) as lab, host(tmp_path) as drill:
        lab.folder.asked.write_text("{}")
        assert the_living(tmp_path) == lab.folder
        assert the_living(tmp_path, drill.folder.name) == drill.folder


@pytest.mark.slow
async def test_who_watches_gets_the_journal_to_its_last_line(tmp_path: Path) -> None:
    """What was before, what happens, and the end; then the stream is over by itself."""
    async with host(tmp_path) as made:
        seen: list[str] = []

        async def follow() -> None:
            async for line in LabClient(made.folder).lines("/events"):
                event = json.loads(line)
                seen.append(event["type"])

        following = asyncio.create_task(follow())
        await wait_until(lambda: seen, 30, "the first line")
        made.write(PhaseEntered(phase="baseline", planned_s=3, because=""))
        made.write(RunClosed(outcome="completed", reason="", clean=True))
        await asyncio.wait_for(following, 30)
    assert seen == ["note.written", "phase.entered", "run.closed"]


@pytest.mark.slow
async def test_who_was_away_goes_on_after_the_last_line_that_they_got(tmp_path: Path) -> None:
    """Nothing twice, nothing left out, however long the journal is."""
    async with host(tmp_path) as made:
        for number in range(3000):
            made.write(NoteWritten(by="x", role="x", kind="x", text=f"{number} {'x' * 60}"))
        made.write(RunClosed(outcome="completed", reason="", clean=True))
        for after in (-1, 0, 1500, 2999, 3001):
            seen = [
                json.loads(line)["seq"]
                async for line in LabClient(made.folder).lines(f"/events?after={after}")
            ]
            assert seen == list(range(after + 1, 3002))


async def test_a_viewer_that_does_not_read_is_dropped_and_nothing_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it is bounded; it may come back and go on."""
    monkeypatch.setattr(hosting, "MOST_WAITING", 5)
    async with host(tmp_path) as made:
        with made.listen() as queue:
            for number in range(50):
                made.write(NoteWritten(by="x", role="x", kind="x", text=str(number)))
            waiting = [queue.get_nowait() for _ in range(queue.qsize())]
    assert [event and event.seq for event in waiting] == [1, 2, 3, 4, 5, None]
    assert not made.journal.lost


@pytest.mark.slow
async def test_a_stream_that_was_dropped_is_taken_up_where_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads slowly misses nothing that is in the journal."""
    monkeypatch.setattr(hosting, "MOST_WAITING", 5)
    async with host(tmp_path) as made:
        following = asyncio.create_task(_seen(LabClient(made.folder)))
        await wait_until(lambda: len(made.journal._listeners) == 1, 30, "it to listen")
        for number in range(200):  # at once: no one can keep up with that
            made.write(NoteWritten(by="x", role="x", kind="x", text=str(number)))
        await wait_until(lambda: len(made.journal._listeners) == 1, 30, "it to come back")
        made.write(RunClosed(outcome="completed", reason="", clean=True))
        seen = await asyncio.wait_for(following, 30)
    assert seen == list(range(202))


async def _seen(client: LabClient) -> list[int]:
    return [json.loads(line)["seq"] async for line in client.events()]


async def test_notes_are_kept_while_a_drill_is_measured_too(tmp_path: Path) -> None:
    """On one line, of bounded length; without a text there is none."""
    async with host(tmp_path) as made:
        client = LabClient(made.folder)
        note = {"by": "x" * 99, "role": "person\n", "kind": "note", "text": "too\n hot\x07 " + "y" * 900}
        await client.call("POST", "/notes", note)
        for wrong in ({"text": " \n"}, {"kind": "abort"}):
            with pytest.raises(Unreachable, match="needs a text"):
                await client.call("POST", "/notes", note | wrong)
        with pytest.raises(Unreachable):
            await client.call("POST", "/notes", {"by": "x"})
    lines = [json.loads(line) for line in made.folder.journal.read_text().splitlines()]
    written = [line for line in lines if line["type"] == "note.written"][1:]
    assert [(len(line["by"]), line["role"], line["kind"]) for line in written] == [(40, "person", "note")]
    assert written[0]["text"].startswith("too hot y")
    assert len(written[0]["text"]) == 500


@pytest.mark.slow
async def test_what_is_permitted_can_be_asked_at_any_time(tmp_path: Path) -> None:
    """Of a drill its end alone; of an interactive lab everything, once it is up."""
    async with host(tmp_path) as made:
        assert await LabClient(made.folder).call("GET", "/state") == {
            "state": "coming up",
            "permissions": ["abort"],
        }
        assert "a drill runs here" in await refused(made.folder, "POST", "/runs")
    async with host(tmp_path, interactive=True) as made:
        made.ready = True
        now = await LabClient(made.folder).call("GET", "/state")
        assert now == {"state": "up", "permissions": ["abort", "change", "end", "probe"]}
        assert "drill" in await refused(made.folder, "POST", "/runs")

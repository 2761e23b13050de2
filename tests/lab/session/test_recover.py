"""``lab recover`` on real processes of runs whose owner and watchdog are dead."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

import chaos.ledger.ledger
from chaos.actions import ComposeDown
from chaos.ledger.ledger import is_closed, read_ledger
from chaos.process.identity import started_ticks
from lab.runs import registry
from lab.runs.folder import create_run_folder
from lab.runs.recover import Recovered, abandoned, recover
from lab.runs.strays import find_strays
from lab.runs.truncated import end_truncated
from tests.lab.session.conftest import Dead, Sleeper

pytestmark = pytest.mark.live


async def recovered(root: Path) -> list[Recovered]:
    return [one async for one in recover(root)]


async def test_a_run_of_another_checkout_is_found_and_cleaned_up(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper
) -> None:
    """By the machine's list alone; its processes end, its ledger closes, and the next call finds nothing."""
    run, _ = dead_run("x")
    process = sleeper(run.mark)
    (done,) = await recovered(tmp_path / "checkout")
    assert (done.run, done.folder, done.left) == ("x", run.path, ())
    assert done.undone == (f"processes of {run.mark}",)
    assert process.wait(30) < 0
    assert is_closed(run.ledger)
    assert registry.registered() == []
    assert json.loads(run.journal.read_text().splitlines()[-1])["type"] == "run.closed"
    assert await recovered(tmp_path / "checkout") == []


async def test_a_run_with_a_living_owner_is_left_alone(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper
) -> None:
    """It is no one's business but the owner's."""
    run, _ = dead_run("x", owner=(os.getpid(), started_ticks(os.getpid()) or 0))
    process = sleeper(run.mark)
    assert abandoned(tmp_path) == []
    assert await recovered(tmp_path) == []
    assert process.poll() is None
    assert registry.registered() == [run]


async def test_a_run_that_cant_be_cleaned_up_keeps_no_other_from_it(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper
) -> None:
    """A disk that is full or read-only says so of that run; whoever comes after it is cleaned up all the same."""
    bad, _ = dead_run("a")
    (bad.path / "recover.lock").mkdir()
    good, _ = dead_run("b")
    process = sleeper(good.mark)
    told = {done.run: done for done in await recovered(tmp_path)}
    assert str(bad.path) in told["a"].left[0]
    assert told["b"].left == ()
    assert process.wait(30) < 0


async def test_two_at_once_do_no_harm(tmp_path: Path, dead_run: Dead, sleeper: Sleeper) -> None:
    """One cleans up, the other waits and finds nothing left; the journal ends once."""
    run, _ = dead_run("x")
    sleeper(run.mark, deaf=True)  # so that the first is at it for a while
    both = await asyncio.gather(recovered(tmp_path), recovered(tmp_path))
    assert sorted(map(len, both)) == [0, 1]
    assert run.journal.read_text().count("run.closed") == 1
    assert run.ledger.read_text().count('"closed"') == 1


async def test_processes_of_another_boot_are_someone_elses(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner's pid lives, the mark fits: after a reboot both mean nothing, and the run is settled as gone."""
    with monkeypatch.context() as before:
        before.setattr(chaos.ledger.ledger, "boot_id", lambda: "another")
        run, _ = dead_run("x", owner=(os.getpid(), started_ticks(os.getpid()) or 0))
    process = sleeper(run.mark)
    (done,) = await recovered(tmp_path)
    assert done.left == ()
    assert is_closed(run.ledger)
    assert process.poll() is None


async def test_a_run_on_another_machine_with_this_disk_is_left_alone(
    tmp_path: Path, dead_run: Dead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its boot is another one, too; but its lease is renewed, and after a reboot no one would do that."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(chaos.ledger.ledger, "boot_id", lambda: "another")
        run, _ = dead_run("x")
    lease = run.path / "lease"
    lease.touch()
    assert await recovered(tmp_path) == []
    os.utime(lease, (0, 0))
    assert [one.left for one in await recovered(tmp_path)] == [()]


async def test_what_is_left_stays_in_the_ledger_for_the_next_try(
    tmp_path: Path, dead_run: Dead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers, while no engine answers: told, with what to do, and tried again by every later call."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    run, ledger = dead_run("x")
    ledger.own(ComposeDown(project="lab-x", run=run.mark))
    for _ in range(2):
        (done,) = await recovered(tmp_path)
        assert done.undone == (f"processes of {run.mark}",)
        assert "project lab-x" in done.left[0]
        assert str(run.path) in str(done)
    assert not read_ledger(run.ledger).closed
    assert registry.registered() == [run]


async def test_a_ledger_that_cant_be_read_is_told(tmp_path: Path, dead_run: Dead) -> None:
    """No one knows what the run did, so someone has to look; a ledger without a whole line did nothing."""
    run, _ = dead_run("x")
    run.ledger.write_text("garbage\n")
    (done,) = await recovered(tmp_path)
    assert "can't be read" in done.left[0]
    run.ledger.write_text('{"torn')
    assert await recovered(tmp_path) == []


async def test_what_is_of_no_run_is_listed_and_left(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes with a mark that no open ledger explains, with the commands to look and to remove."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    run, _ = dead_run("x")
    sleeper(run.mark)
    strays = [sleeper("who-knows-1234abcd") for _ in range(2)]
    found = {one.mark: one for one in await find_strays(frozenset({run.mark}))}
    assert run.mark not in found
    assert set(found["who-knows-1234abcd"].names) == {f"{stray.pid}" for stray in strays}
    assert "2 x process, marked who-knows-1234abcd: look by `ps -f " in str(found["who-knows-1234abcd"])
    await recovered(tmp_path)
    assert [stray.poll() for stray in strays] == [None, None]


async def test_a_run_on_a_lab_that_was_killed_has_its_end_and_the_ledger_of_the_lab_decides(
    tmp_path: Path, dead_run: Dead, sleeper: Sleeper
) -> None:
    """Until the lab is cleaned up after nothing says that the run was; then its journal says so on its own clock."""
    lab, ledger = dead_run("lab")
    sleeper(lab.mark)
    run, before = (
        create_run_folder(tmp_path, "b", tmp_path / "b"),
        create_run_folder(tmp_path, "a", tmp_path / "a"),
    )
    for one in (run, before):
        one.journal.write_text('{"type":"run.opened","seq":0,"t":0.1}\n')
        one.host.write_text(str(lab.path))
        ledger.record(one.journal, int(time.monotonic()) - 40)
    ledger.record(before.journal, None)
    end_truncated(run)
    assert len(run.journal.read_text().splitlines()) == 1
    assert len([one async for one in recover(tmp_path / "checkout")]) == 1
    last = json.loads(run.journal.read_text().splitlines()[-1])
    assert (last["type"], last["outcome"], last["clean"]) == ("run.closed", "interrupted", True)
    assert 40 <= last["t"] < 60
    assert len(before.journal.read_text().splitlines()) == 1

"""Intend, apply, read back, settle; and every way in which that can fail."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from chaos.actions import AddToxic, ChangeSettings
from chaos.errors import RefusedError, UnguardedError
from chaos.lease import LeaseLostError, take
from chaos.ledger.ledger import read_ledger
from chaos.toxic import Toxic

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.actions import BaseAction
    from tests.chaos.conftest import Bench, Stub

SLOW = Toxic(name="test-run.slow", type="latency", attributes={"latency": 100, "jitter": 0})


def policy(stub: Stub, token_file: Path, value: str, deadline_s: float = 5.0) -> ChangeSettings:
    return ChangeSettings(
        address=stub.address, token_file=token_file, values={"policy": value}, deadline_s=deadline_s
    )


def slow(stub: Stub, deadline_s: float = 5.0) -> AddToxic:
    return AddToxic(api=stub.address, proxy="bridge", toxic=SLOW, deadline_s=deadline_s)


async def inject(bench: Bench, *actions: BaseAction, name: str = "it", **more: Any) -> str:  # noqa: ANN401
    given = {"kind": "fault", "fault": "some", "target": "bridge", "params": {"x_ms": 1}, "by": "test"} | more
    return await bench.injector.apply(name=name, actions=actions, **given)


async def test_it_is_on_disk_before_it_is_applied(bench: Bench, stub: Stub, token_file: Path) -> None:
    """When the service is asked, the ledger has the inverse."""
    seen = []

    def look(change: object) -> None:
        seen.append((stub.settings["policy"], [i.id for i in read_ledger(bench.ledger.path).open()]))

    bench.injector._on_change = look
    assert await inject(bench, policy(stub, token_file, "budget")) == "01-it"
    assert seen == [("none", ["01-it"]), ("budget", ["01-it"])]


async def test_a_change_says_what_was_asked_and_read(bench: Bench, stub: Stub, token_file: Path) -> None:
    """Everything that the journal's action.changed wants, and it is valid there."""
    events = pytest.importorskip("lab.journal.events")
    done = await inject(bench, policy(stub, token_file, "budget"))
    assert await bench.injector.undo(done, "test")
    assert bench.states() == ["it intended", "it applied", "it reverted"]
    applied, reverted = bench.changes[1:]
    assert (applied.verified, applied.readback, applied.params) == (True, {"policy": "budget"}, {"x_ms": 1})
    assert reverted.readback == {"policy": "none"}
    assert applied.took_ms is not None
    assert applied.lease_until_s == pytest.approx(60, abs=2)
    for change in bench.changes:
        events.ActionChanged(**change.facts())


async def test_undoing_twice_is_fine_and_an_unknown_id_is_not(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """The error has the ids that there are."""
    done = await inject(bench, policy(stub, token_file, "budget"))
    with pytest.raises(KeyError, match="open are: 01-it"):
        await bench.injector.undo("nonsense", "test")
    assert await bench.injector.undo(done, "test")
    asked = len(stub.asked)
    assert await bench.injector.undo(done, "test")
    assert len(stub.asked) == asked


async def test_without_watchdog_or_lease_nothing_is_touched(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """No one would undo it."""
    bench.watched = False
    with pytest.raises(UnguardedError, match="watchdog is not running"):
        await inject(bench, policy(stub, token_file, "budget"))
    bench.watched = True
    bench.lease.until_s = time.monotonic() - 1
    with pytest.raises(UnguardedError, match="lease has expired"):
        await inject(bench, policy(stub, token_file, "budget"))
    assert stub.asked == []
    assert bench.ledger.account.open() == []


async def test_an_owner_that_lost_its_lease_changes_nothing_more(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Not even by undoing: the watchdog writes the ledger now."""
    done = await inject(bench, policy(stub, token_file, "budget"))
    take(bench.lease.path)
    for attempt in (
        inject(bench, slow(stub)),
        bench.injector.undo(done, "test"),
        bench.injector.undo_all("test"),
    ):
        with pytest.raises(LeaseLostError):
            await attempt
    assert stub.settings["policy"] == "budget"


async def test_what_is_refused_half_way_is_taken_back(bench: Bench, stub: Stub, token_file: Path) -> None:
    """All of it or none of it."""
    wrong = ChangeSettings(
        address=stub.address, token_file=token_file.with_name("no-token"), values={"surge": 2.0}
    )
    with pytest.raises(RefusedError, match="token can't be read"):
        await inject(bench, policy(stub, token_file, "budget"), wrong)
    assert bench.states() == ["it intended", "it refused"]
    assert stub.settings["policy"] == "none"
    assert bench.ledger.account.open() == []


async def test_what_can_not_be_read_is_refused_before_it_is_intended(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Without the present value there is no inverse."""
    unknown = ChangeSettings(address=stub.address, token_file=token_file, values={"polcy": "x"})
    with pytest.raises(RefusedError, match="no setting polcy; it has fail_share, policy, surge"):
        await inject(bench, unknown)
    assert bench.states() == ["it refused"]
    assert "PATCH /settings" not in stub.asked


@pytest.mark.slow
async def test_a_setting_that_does_not_stick_is_refused(bench: Bench, stub: Stub, token_file: Path) -> None:
    """A 200 is no proof: the read-back is."""
    stub.answers["PATCH"] = web.Response(text="{}")
    with pytest.raises(RefusedError, match=r"read back: \{'policy': 'none'\}"):
        await inject(bench, policy(stub, token_file, "budget", deadline_s=0.5))
    assert bench.changes[-1].state == "refused"


async def test_a_name_that_is_taken_is_refused_and_left(bench: Bench, stub: Stub) -> None:
    """Its removal would remove another owner's."""
    stub.toxics[SLOW.name] = {**SLOW.model_dump(), "toxicity": 0.5}
    with pytest.raises(RefusedError, match="has a toxic of this name already"):
        await inject(bench, slow(stub))
    assert stub.toxics[SLOW.name]["toxicity"] == 0.5


@pytest.mark.slow
async def test_a_removal_that_hangs_is_made_harmless_another_way(bench: Bench, stub: Stub) -> None:
    """Within its deadline, and the record says so."""
    done = await inject(bench, slow(stub, deadline_s=0.8))
    stub.hangs.add("DELETE")
    begun = time.monotonic()
    assert await bench.injector.undo(done, "test")
    assert time.monotonic() - begun < 10
    assert stub.toxics[SLOW.name]["toxicity"] == 0
    assert stub.toxics[SLOW.name]["attributes"] == {"latency": 0, "jitter": 0}
    last = bench.changes[-1]
    assert (last.state, last.verified) == ("reverted", True)
    assert "put out of effect instead" in (last.error or "")


@pytest.mark.slow
async def test_what_can_not_be_undone_is_stuck_and_stays_in_the_ledger(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """It doesn't keep the others from being undone, and can be tried again."""
    await inject(bench, slow(stub), name="slow")
    await inject(bench, policy(stub, token_file, "budget"), name="policy")
    stub.answers["DELETE"] = stub.answers["POST"] = web.Response(status=500, text="broken")
    assert await bench.injector.undo_all("test") == ("01-slow",)
    assert bench.states()[-2:] == ["slow rollback-failed", "policy reverted"]
    assert "500" in (bench.changes[-2].error or "")
    assert [i.id for i in read_ledger(bench.ledger.path).open()] == ["01-slow"]
    stub.answers.clear()
    assert await bench.injector.undo_all("test") == ()
    assert stub.toxics == {}


@pytest.mark.slow
async def test_a_watchdog_that_is_being_replaced_is_waited_for(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Nothing is applied until there is one again; and then it is."""
    looked: list[str] = []

    def replaced() -> bool:
        looked.append(str(stub.settings["policy"]))
        return len(looked) > 3

    bench.injector._watchdog_alive, bench.injector._patience_s = replaced, 5.0
    await inject(bench, policy(stub, token_file, "budget"))
    assert set(looked[:4]) == {"none"}
    assert stub.settings["policy"] == "budget"


async def test_a_journal_that_can_not_be_written_keeps_nothing_active(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Its disk is full: everything is undone first, and only then is that said."""
    await inject(bench, slow(stub), name="slow")
    await inject(bench, policy(stub, token_file, "budget"), name="policy")

    def deaf(_change: object) -> None:
        raise OSError("the disk is full")

    bench.injector._on_change = deaf
    with pytest.raises(OSError, match="the disk is full"):
        await bench.injector.undo_all("test")
    assert (stub.toxics, stub.settings["policy"]) == ({}, "none")
    assert read_ledger(bench.ledger.path).open() == []


async def test_a_target_that_is_gone_has_nothing_left_to_undo(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Toxics and settings live in the process."""
    await inject(bench, policy(stub, token_file, "budget"))
    gone = policy(stub, token_file, "none").model_copy(update={"address": "127.0.0.1:1"})
    entry = bench.ledger.account.intents["01-it"]
    step = entry.steps[0].model_copy(update={"inverse": gone})
    bench.ledger.account.intents["01-it"] = entry.model_copy(update={"steps": (step,)})
    assert await bench.injector.undo_all("test") == ()
    assert "nothing listens at 127.0.0.1:1" in str(bench.changes[-1].readback)


@pytest.mark.slow
async def test_one_at_a_time(bench: Bench, stub: Stub, token_file: Path) -> None:
    """Ten at once end in an order in which each inverse fits."""
    ids = await asyncio.gather(*(inject(bench, policy(stub, token_file, f"p{n}")) for n in range(10)))
    assert len(set(ids)) == 10
    assert await bench.injector.undo_all("test") == ()
    assert stub.settings["policy"] == "none"

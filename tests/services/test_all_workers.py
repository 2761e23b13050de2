"""Workers asked and answered as one, over real pairs of sockets. Tests services.kit.all_workers, .worker_calls."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from services.kit.all_workers import AllWorkers
from services.kit.automation import Automation, AutomationValues
from services.kit.controlled import ControlledError
from services.kit.live_settings import DataSettings, SettingsError
from services.kit.role import Role, json_response
from services.kit.server import Service
from services.kit.worker_calls import Answering, Worker


class Grower(Role[DataSettings]):
    """A role with an automation that goes on until it is stopped."""

    name = "grower"

    async def start(self) -> None:
        """Have it."""
        self.taken_back = 0

        async def grow(_values: AutomationValues, report: Callable[[int, int], None]) -> None:
            report(1, 2)
            await asyncio.Event().wait()

        def take_back() -> None:
            self.taken_back += 1

        self._growth = Automation(grow, take_back, {"clients": (1, 10)})

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Nothing."""
        return json_response({})

    def automations(self) -> Mapping[str, Automation]:
        """What it has."""
        return {"grow": self._growth}


@dataclass
class Pair:
    """Two workers, and both as one."""

    services: list[Service]
    everyone: AllWorkers

    @property
    def roles(self) -> list[Grower]:
        """Their roles."""
        return [service.role for service in self.services]  # type: ignore[misc]

    async def do(self, **asked: object) -> tuple[dict[str, Any], int]:
        """POST /automation."""
        return await self.everyone.automate(json.dumps({"automation": "grow", **asked}))

    async def start(self, name: str = "up") -> tuple[dict[str, Any], int]:
        """Begin it."""
        return await self.do(do="start", name=name, deadline_s=60, values={"clients": 2})


@pytest.fixture
async def pair(open_service: Callable[..., Awaitable[Service]]) -> AsyncIterator[Pair]:
    """Both in this process."""
    services = [await open_service(Grower, DataSettings()) for _ in range(2)]
    ends = [socket.socketpair() for _ in services]
    answering = [
        asyncio.create_task(Answering(service.controlled).until_asked_to_end(theirs))
        for service, (_, theirs) in zip(services, ends, strict=True)
    ]
    workers = [Worker(f"worker {number} of 2", ours) for number, (ours, _) in enumerate(ends, 1)]
    for worker in workers:
        await worker.open()
    yield Pair(services, AllWorkers("grower", "boot", services[0].data.address, workers))
    for worker in workers:
        worker.stop()
    await asyncio.gather(*answering)


async def test_a_change_is_in_all_of_them(pair: Pair) -> None:
    """Read back from all of them, too."""
    assert (await pair.everyone.change({"fail_share": 0.5}))["fail_share"] == 0.5
    assert [role.live.now.fail_share for role in pair.roles] == [0.5, 0.5]
    assert (await pair.everyone.settings())["fail_share"] == 0.5


async def test_what_one_of_them_does_not_take_is_in_none(pair: Pair) -> None:
    """A listener of one that raises, as any trouble of a process; the error names that worker."""

    def listener(now: DataSettings) -> None:
        if now.fail_share:
            raise OSError("no room")

    pair.roles[1].live.listen(listener)
    with pytest.raises(
        ControlledError, match=r"nothing was changed: worker 2 of 2 failed at .*OSError: no room"
    ):
        await pair.everyone.change({"fail_share": 0.5, "cancel_abandoned": True})
    assert [(role.live.now.fail_share, role.live.now.cancel_abandoned) for role in pair.roles] == [
        (0.0, False)
    ] * 2


async def test_no_one_reads_between_two_workers_parts_of_a_change(pair: Pair) -> None:
    """Counters that are asked for meanwhile are of before or of after; a second change waits for no one."""
    change = asyncio.create_task(pair.everyone.change({"fail_share": 0.5}))
    reads = [asyncio.create_task(pair.everyone.counters(0)) for _ in range(20)]
    with pytest.raises(ControlledError, match="another change is going on"):
        await asyncio.gather(pair.everyone.change({"fail_share": 0.1}))
    assert {(await read)["settings"]["fail_share"] for read in reads} <= {0.0, 0.5}
    assert (await change)["fail_share"] == 0.5


async def test_what_none_of_them_takes_is_refused_as_by_one(pair: Pair) -> None:
    """With the key and what is valid."""
    with pytest.raises(SettingsError) as caught:
        await pair.everyone.change({"fail_share": 2})
    assert caught.value.as_json["key"] == "fail_share"


async def test_settings_that_differ_are_no_ones(pair: Pair) -> None:
    """Neither settings nor counters are answered then."""
    pair.roles[1].live.change({"fail_share": 0.5})
    cancel = {"cancel_abandoned": True}
    for asked in (pair.everyone.settings(), pair.everyone.counters(0), pair.everyone.change(cancel)):
        with pytest.raises(ControlledError, match="worker 2 of 2"):
            await asked
    assert [(role.live.now.fail_share, role.live.now.cancel_abandoned) for role in pair.roles] == [
        (0.0, False),
        (0.5, False),
    ]


async def test_an_automation_runs_in_all_of_them(pair: Pair) -> None:
    """Each of its reports is one; stopped, all of them have taken back what they did."""
    answer, status = await pair.start()
    assert (status, answer["grow"]["state"]) == (200, "running")
    await asyncio.sleep(0.01)  # noqa: TID251  its first step
    reports = (await pair.everyone.counters(float("-inf")))["automation"]
    assert [(report["state"], report["step"]) for report in reports] == [("started", 0), ("step", 1)]
    answer, status = await pair.do(do="stop")
    assert (status, answer["grow"]["state"]) == (200, "idle")
    assert [role.taken_back for role in pair.roles] == [1, 1]


async def test_an_automation_that_one_does_not_begin_is_begun_in_none(pair: Pair) -> None:
    """The error names that worker; what it did before goes on."""
    pair.roles[1].automations()["grow"].start("other", {"clients": 1}, 60)
    answer, status = await pair.start()
    assert (status, answer["error"]) == (400, "worker 2 of 2: 'other' is running; stop it first")
    assert pair.roles[0].automations()["grow"].state["state"] == "idle"
    assert (await pair.do(do="fly"))[0]["error"] == "do='fly'; valid: start, stop"
    await pair.do(do="stop")


def hold(pair: Pair, monkeypatch: pytest.MonkeyPatch, do: str) -> None:
    """Have worker 2 not answer what is done with an automation, as a process that is stopped."""
    ask = pair.everyone._workers[1].ask

    async def no_answer() -> None:
        raise ControlledError("worker 2 of 2 did not answer `automate` within 1 s")

    def held(what: str, *given: str, within_s: float | None) -> Coroutine[Any, Any, Any]:
        kept = what == "automate" and json.loads(given[0])["do"] in do
        return no_answer() if kept else ask(what, *given, within_s=within_s)

    monkeypatch.setattr(pair.everyone._workers[1], "ask", held)


async def test_a_stop_that_one_does_not_answer_says_that_the_others_stopped(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not started again; asked again, all stop."""
    await pair.start()
    with monkeypatch.context() as patch:
        hold(pair, patch, "stop")
        with pytest.raises(
            ControlledError, match=r"^worker 2 of 2 did not answer .* 1 s; stopped in the others$"
        ):
            await pair.do(do="stop")
    assert [role.automations()["grow"].state["state"] for role in pair.roles] == ["idle", "running"]
    assert (await pair.do(do="stop"))[0]["grow"]["state"] == "idle"


async def test_a_start_that_could_not_be_taken_back_says_so(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who did not answer may have begun; where only the start was not answered, nothing is left of it."""
    with monkeypatch.context() as patch:
        hold(pair, patch, "start stop")
        with pytest.raises(
            ControlledError, match=r"^worker 2 of 2 did not .* 1 s; not taken back: worker 2 of 2 did not"
        ):
            await pair.start()
    hold(pair, monkeypatch, "start")
    with pytest.raises(ControlledError, match=r"^nothing was changed: worker 2 of 2 did not answer"):
        await pair.start()
    assert [role.automations()["grow"].state["state"] for role in pair.roles] == ["idle", "idle"]


async def test_a_start_that_one_can_not_undo_says_so(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """One refuses to begin, the other has begun and fails to stop."""

    def fails() -> None:
        raise ValueError("no way back")

    pair.roles[1].automations()["grow"].start("other", {"clients": 1}, 60)
    with monkeypatch.context() as patch:
        patch.setattr(pair.roles[0].automations()["grow"], "_take_back", fails)
        answer, status = await pair.start()
    left = "not taken back: worker 1 of 2: not a call to an automation: ValueError('no way back')"
    assert (status, answer["error"]) == (400, f"worker 2 of 2: 'other' is running; stop it first; {left}")
    await pair.do(do="stop")


async def test_what_is_no_call_is_refused_also_where_one_does_not_answer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever answers."""

    async def no_answer(*_: object, **__: object) -> None:
        raise ControlledError("worker 2 of 2 did not answer")

    answer = pair.everyone._workers[1].ask
    monkeypatch.setattr(
        pair.everyone._workers[1],
        "ask",
        lambda what, *given, within_s: (no_answer if what == "automate" else answer)(
            what, *given, within_s=within_s
        ),
    )
    for written in ("{", "[1]", '{"do": "start"}', '{"do": "stop", "automation": "shrink"}'):
        refused, status = await pair.everyone.automate(written)
        assert (status, refused["error"].startswith("worker 1 of 2: ")) == (400, True)
        assert "later" not in refused["error"]


@pytest.mark.slow
async def test_a_worker_that_is_gone_is_named(pair: Pair) -> None:
    """Health says so as well."""
    pair.everyone._workers[1].stop()
    assert "worker 2 of 2" in str(await pair.everyone.refuses())
    with pytest.raises(ControlledError, match="worker 2 of 2"):
        await pair.everyone.counters(0)

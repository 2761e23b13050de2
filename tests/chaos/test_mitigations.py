"""Mitigations are pure: parameters in, actions out; and the two verbs that only they need, on real things."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from chaos.actions import ANY, ChangeSettings, CpuGovernor, CpuQuota, ListenQueue, SettingWord
from chaos.errors import RefusedError, TargetGoneError, UnsupportedError
from chaos.listen_queue import SOMAXCONN, read_listen_queue, set_listen_queue
from chaos.mitigations import MITIGATIONS
from chaos.mitigations.drain import Drain
from chaos.target_resolver import Container, Process
from chaos.undo.execute import apply_and_verify, undo
from chaos.wait import wait_until
from services.libraries.library_settings import OWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from chaos.actions import Action
    from tests.chaos.conftest import Bench, Here, Stub

CONTAINER = Container(service="bridge", id="c0ffee")
LISTEN = """
import signal, socket
listener = socket.create_server(({host!r}, 0), backlog=7)
print(listener.getsockname()[1], flush=True)
signal.pause()
"""
HOST = "127.77.3.9"


@pytest.fixture
def place(tmp_path: Path, place_of: Callable[..., Here]) -> Here:
    bridge = Process(
        service="bridge",
        pid=2,
        started_ticks=3,
        spec=tmp_path / "s",
        record=tmp_path / "r",
        governor=tmp_path,
    )
    services = ("storefront", "streaming", "edge", "auth")
    return place_of(
        run="a-run",
        token_file=tmp_path / "token",
        handles={"bridge": bridge, "bridge-reserve": bridge, "boxed": CONTAINER},
        addresses={
            ("bridge", "data"): "127.64.0.4:3128",
            **{(name, "control"): f"{name}:9000" for name in services},
        },
        caps={"bridge": 0.25, "boxed": 0.25},
    )


def made(place: Here, name: str, **params: Any) -> Action:  # noqa: ANN401 - the mitigation's own
    (action,) = MITIGATIONS[name](**params).actions(place)
    assert ANY.validate_json(action.model_dump_json()) == action
    return action


@pytest.mark.parametrize(
    ("name", "params", "service", "values"),
    [
        (
            "policy",
            {"target": "storefront", "policy": "budget + breaker"},
            "storefront",
            {"policy": "budget + breaker"},
        ),
        ("pooling", {"target": "storefront"}, "storefront", {"connections": "pooled"}),
        (
            "pooling",
            {"target": "streaming", "pool_limit": 8},
            "streaming",
            {"connections": "pooled", "pool_limit": 8},
        ),
        ("second-bridge", {"target": "streaming"}, "streaming", {"device": "bridge-reserve"}),
        ("isolate", {"target": "storefront"}, "storefront", {"device": "bridge-reserve"}),
        ("shed", {"admit_share": 0.6}, "edge", {"admit_share": 0.6}),
        ("drop-expired", {}, "auth", {"drop_expired": True}),
        ("lifo", {}, "auth", {"admission": "adaptive-lifo"}),
    ],
)
def test_what_is_a_setting(
    place: Here, name: str, params: dict[str, Any], service: str, values: dict[str, object]
) -> None:
    """Of the client that is named, or of the service that it is meant for; whether only the lab's own client has it."""
    action = made(place, name, **params)
    assert getattr(MITIGATIONS[name], "own_client", False) is bool(OWN & values.keys())
    assert action == ChangeSettings(address=f"{service}:9000", token_file=place.token_file, values=values)


def test_a_drain_is_undone_by_its_end_and_not_by_the_drain_before(place: Here) -> None:
    """The settings start it when they are set: put back, another drain's would start that one again."""
    action = made(place, "drain", stop_s=10, ramp_s=20)
    assert isinstance(action, ChangeSettings)
    assert action.values == {"drain_stop_s": 10, "drain_ramp_s": 20}
    assert action.back == action.first == {"drain_stop_s": 0, "drain_ramp_s": 0}


async def test_what_starts_when_it_changes_is_changed_twice(stub: Stub, token_file: Path) -> None:
    """First to what it is not, then to what it is to be: also where it is that already."""
    stub.settings |= {"drain_stop_s": 10.0}
    drain = ChangeSettings(
        address=stub.address, token_file=token_file, values={"drain_stop_s": 10.0}, first={"drain_stop_s": 0.0},
        back={"drain_stop_s": 0.0},
    )  # fmt: skip
    undo = await drain.inverse()
    await drain.apply()
    assert stub.asked.count("PATCH /settings") == 2
    assert stub.settings["drain_stop_s"] == 10.0
    assert (undo.values, undo.first, undo.back) == ({"drain_stop_s": 0.0}, None, None)


def test_disable_is_one_word_of_the_edges(place: Here) -> None:
    """So that two of them don't undo each other."""
    assert made(place, "disable", service="streaming") == SettingWord(
        address="edge:9000", token_file=place.token_file, key="disabled", word="streaming"
    )


@pytest.mark.parametrize("factor", [1.5, 2.0, 4.0])
def test_capacity_is_a_multiple_of_the_calibrated_cap(place: Here, factor: float) -> None:
    """Of a quarter of a core; by quota or by governor, whatever the device runs in."""
    governed = made(place, "capacity", factor=factor)
    assert isinstance(governed, CpuGovernor)
    assert governed.share == pytest.approx(0.25 * factor)
    assert made(place, "capacity", target="boxed", factor=factor) == CpuQuota.of_share(
        CONTAINER, 0.25 * factor
    )


def test_more_than_the_one_core_of_a_device_is_refused_with_the_most(place: Here) -> None:
    """A governor would grant it, and nothing would change; the most that is named can be had."""
    with pytest.raises(UnsupportedError, match=r"125% of a core.*factor=4 is the most"):
        made(place, "capacity", factor=5)
    place.caps["bridge"] = 0.33
    with pytest.raises(UnsupportedError) as told:
        made(place, "capacity", factor=50)
    most = re.search(r"factor=(\S+) is the most", str(told.value))
    assert most
    made(place, "capacity", factor=float(most[1]))


def test_what_cant_be_done_here_says_why(place: Here) -> None:
    """No calibrated capacity, no reserve device, no queue that could be changed inside a container."""
    with pytest.raises(UnsupportedError, match="auth has no calibrated capacity"):
        made(place, "capacity", target="auth", factor=2)
    with pytest.raises(UnsupportedError, match=r"set when it is made.*--runtime embedded"):
        made(place, "queue", target="boxed", connections=64)
    del place.handles["bridge-reserve"]
    for name in ("isolate", "second-bridge"):
        with pytest.raises(
            UnsupportedError, match=r"no bridge-reserve to move storefront to.*`reserve: true`"
        ):
            made(place, name, target="storefront")


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("capacity", {"factor": 1}, "greater than or equal to 1.01"),
        ("queue", {"connections": 0}, "greater than or equal to 1"),
        ("shed", {"admit_share": 1}, "less than 1"),
        ("drain", {"stop_s": 0}, "greater than 0"),
        ("drain", {"stop_s": 5, "ramp_s": 601}, "less than or equal to 600"),
        ("disable", {"service": "two words"}, "match pattern"),
        ("pooling", {"target": "storefront", "pool_limit": -1}, "greater than or equal to 0"),
        ("pooling", {}, "target"),
        ("lifo", {"admission": "fifo"}, "not permitted"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(name: str, params: dict[str, Any], says: str) -> None:
    """In pydantic's words, which the command line's and the drill file's error pass on."""
    with pytest.raises(ValidationError, match=says):
        MITIGATIONS[name](**params)


@pytest.mark.slow
async def test_words_of_a_setting_come_and_go_in_any_order(
    bench: Bench, stub: Stub, token_file: Path
) -> None:
    """Two services are disabled and enabled again, the first one first; a third was there before and stays."""
    stub.settings["disabled"] = "legacy"
    ids = [
        await bench.injector.apply(
            name=word, kind="mitigation", fault="disable", target="edge", params={}, by="test",
            actions=[SettingWord(address=stub.address, token_file=token_file, key="disabled", word=word)],
        )
        for word in ("streaming", "storefront")
    ]  # fmt: skip
    assert stub.settings["disabled"] == "legacy streaming storefront"
    assert await bench.injector.undo(ids[0], "test")
    assert stub.settings["disabled"] == "legacy storefront"
    assert await bench.injector.undo(ids[1], "test")
    assert stub.settings["disabled"] == "legacy"


async def test_a_word_that_was_there_already_stays(stub: Stub, token_file: Path) -> None:
    """Undoing leads back to the state that was found."""
    stub.settings["disabled"] = "streaming"
    action = SettingWord(address=stub.address, token_file=token_file, key="disabled", word="streaming")
    inverse = await action.inverse()
    await apply_and_verify(action)
    assert (await undo(inverse)).done
    assert stub.settings["disabled"] == "streaming"


async def test_two_drains_and_their_undoing_start_no_third(
    bench: Bench, stub: Stub, token_file: Path, place_of: Callable[..., Here]
) -> None:
    """The second's inverse is `off`, not the first."""
    stub.settings |= {"drain_stop_s": 0.0, "drain_ramp_s": 0.0}
    place = place_of(run="r", token_file=token_file, addresses={("edge", "control"): stub.address})
    ids = [
        await bench.injector.apply(
            name="drain", kind="mitigation", fault="drain", target="edge", params={}, by="test",
            actions=Drain(stop_s=stop_s).actions(place),
        )
        for stop_s in (10, 20)
    ]  # fmt: skip
    assert await bench.injector.undo(ids[1], "test")
    assert (stub.settings["drain_stop_s"], stub.settings["drain_ramp_s"]) == (0, 0)


async def test_what_was_changed_since_is_undone_first(bench: Bench, stub: Stub, token_file: Path) -> None:
    """Else the first one's inverse would end the second, and the second's bring the first one back."""

    async def switch(policy: str) -> str:
        action = ChangeSettings(address=stub.address, token_file=token_file, values={"policy": policy})
        return await bench.injector.apply(
            name=policy,
            kind="mitigation",
            fault="policy",
            target="storefront",
            params={},
            actions=[action],
            by="test",
        )

    first, second = await switch("budget"), await switch("breaker")
    with pytest.raises(RefusedError, match=f"{first} can't be undone yet.*by {second}; undo that first"):
        await bench.injector.undo(first, "test")
    assert stub.settings["policy"] == "breaker"
    assert await bench.injector.undo(second, "test")
    assert stub.settings["policy"] == "budget"
    assert await bench.injector.undo(first, "test")
    assert stub.settings["policy"] == "none"


async def listening(process: Process) -> int:
    """The port at which a started LISTEN listens."""
    log = process.spec.parent / f"{process.service}.log"
    await wait_until(lambda: log.read_text().strip(), 10, "the listener's port")
    return int(log.read_text().split()[-1])


def backlog(port: int) -> int:
    """How many connections the kernel lets wait, tried: those that get through without an accept."""
    waiting = []
    for _ in range(40):
        one = socket.socket()
        one.settimeout(0.2)
        try:
            one.connect((HOST, port))
        except TimeoutError:
            one.close()
            break
        waiting.append(one)
    for one in waiting:
        one.close()
    return len(waiting)


@pytest.mark.slow
async def test_a_living_listeners_queue_is_changed_read_back_and_undone(
    start_local: Callable[..., Process],
) -> None:
    """And so many may wait, and no more: the kernel has one more than it is told."""
    process = start_local(LISTEN.format(host=HOST))
    port = await listening(process)
    action = ListenQueue(process=process, host=HOST, port=port, queue=3)
    assert ANY.validate_json(action.model_dump_json()) == action
    inverse = await action.inverse()
    assert inverse.queue == 7
    assert await apply_and_verify(action) == {"listen_queue": 3}
    assert await asyncio.to_thread(backlog, port) == 4
    assert (await undo(inverse)).done
    assert read_listen_queue(HOST, port) == 7


@pytest.mark.slow
async def test_a_new_listener_gets_the_queue_again_and_undoing_the_one_before(
    bench: Bench, start_local: Callable[..., Process]
) -> None:
    """A rebuilt listener has the device's own length; what is active is applied again."""
    process = start_local(LISTEN.format(host=HOST), service="bridge")
    port = await listening(process)
    action = ListenQueue(process=process, host=HOST, port=port, queue=3)
    done = await bench.injector.apply(
        name="queue",
        kind="mitigation",
        fault="queue",
        target="bridge",
        params={},
        actions=[action],
        by="test",
    )
    set_listen_queue(process.pid, HOST, port, 7)  # as a new listener has it
    await bench.injector.reapply("another")
    assert read_listen_queue(HOST, port) == 7
    await bench.injector.reapply("bridge")
    assert read_listen_queue(HOST, port) == 3
    assert await bench.injector.undo(done, "test")
    await bench.injector.reapply("bridge")
    assert read_listen_queue(HOST, port) == 7


@pytest.mark.slow
async def test_more_than_the_machine_allows_is_refused_before_anything_is_done(
    start_local: Callable[..., Process],
) -> None:
    """The kernel would cut it short without a word."""
    process = start_local(LISTEN.format(host=HOST))
    port = await listening(process)
    most = int(SOMAXCONN.read_text())
    with pytest.raises(RefusedError, match=f"at most {most}"):
        await ListenQueue(process=process, host=HOST, port=port, queue=most + 1).inverse()
    assert read_listen_queue(HOST, port) == 7


@pytest.mark.slow
async def test_a_queue_of_who_is_gone_is_gone(start_local: Callable[..., Process], tmp_path: Path) -> None:
    """Undoing it after a kill is no failure."""
    process = start_local("pass")
    action = ListenQueue(process=process, host=HOST, port=1, queue=3)
    await wait_until(lambda: not Path(f"/proc/{process.pid}/exe").exists(), 10, "it to end")
    with pytest.raises(TargetGoneError):
        await action.apply()
    undone = await undo(action)
    assert undone.done
    assert undone.readback is not None
    assert "gone" in undone.readback

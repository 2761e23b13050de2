"""A role that several real processes play, as one service. Tests services.kit.workers, .worker_calls, .all_workers."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.live]

TOKEN = {"X-Lab-Token": "secret"}
CALLS = 300
START_S = 60.0
"""A start may have to wait for a machine that does something else."""


class Started:
    """A service as it is started by its command.

    Args:
        module: What is run.
        folder: Where its output goes, and the token is.
        environment: Its own.
    """

    def __init__(self, module: str, folder: Path, **environment: str) -> None:
        self.data, self.control = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.log = folder / f"{module}.log"
        given = {
            "DATA": self.data,
            "CONTROL": self.control,
            "TOKEN_FILE": str(folder / "token"),
            **environment,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], env={**os.environ, **given}, stdout=log, stderr=log
            )

    @property
    def workers(self) -> list[int]:
        """The pids of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    async def ask(self, http: aiohttp.ClientSession, path: str) -> Any:  # noqa: ANN401  JSON, or text
        """What the control port answers."""
        async with http.get(f"http://{self.control}{path}") as answer:
            return await answer.json() if "json" in answer.content_type else await answer.text()

    async def get(self, http: aiohttp.ClientSession, path: str) -> Any:  # noqa: ANN401  JSON, or text
        """What it answers at last: on a machine that does something else, a worker may be late."""
        deadline_s = time.monotonic() + START_S
        while "did not answer" in str(found := await self.ask(http, path)):
            assert time.monotonic() < deadline_s, found
        return found

    async def change(self, http: aiohttp.ClientSession, **changes: object) -> tuple[int, Any]:
        """Change settings, at last."""
        deadline_s = time.monotonic() + START_S
        while "did not answer" in str(found := await self.change_once(http, **changes)):
            assert time.monotonic() < deadline_s, found
        return found

    async def served_by_both(self, http: aiohttp.ClientSession) -> bool:
        """Whether each worker has had a request; one may take nearly all for a while."""
        return all(one["requests_total"] for one in (await self.get(http, "/counters"))["processes"])

    async def change_once(self, http: aiohttp.ClientSession, **changes: object) -> tuple[int, Any]:
        """Ask for a change of settings."""
        url = f"http://{self.control}/settings"
        async with http.patch(url, json=changes, headers=TOKEN) as answer:
            return answer.status, await answer.json()

    async def healthy(self, http: aiohttp.ClientSession) -> "Started":
        """Wait until it is."""
        deadline_s = time.monotonic() + START_S
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline_s, self.log.read_text()
            try:
                if (await self.ask(http, "/health"))["status"] == "ok":
                    return self
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)  # noqa: TID251  between two looks at a condition


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    import socket  # noqa: PLC0415

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Start services; whatever is left of them at the end is killed."""
    (tmp_path / "token").write_text("secret\n")
    started: list[Started] = []

    def begin(module: str, **environment: str) -> Started:
        started.append(Started(module, tmp_path, **environment))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


@pytest.fixture
async def router(start: Callable[..., Started], http: aiohttp.ClientSession) -> Started:
    """A router of two workers."""
    return await start("services.router", ROUTES="auth=127.0.0.1:9", PROCESSES="2").healthy(http)


Eventually = Callable[[Callable[[], object]], Awaitable[None]]


async def test_a_chain_counts_what_was_sent(
    start: Callable[..., Started], http: aiohttp.ClientSession
) -> None:
    """Storefront of two workers -> router of two workers -> auth: each has all calls, in sums and in cohorts."""
    auth = start("services.auth", SERVICE_TIME_MS="1")
    behind = start("services.router", ROUTES=f"auth={auth.data}", PROCESSES="2")
    bridge = {"UPSTREAM": "http://auth", "BRIDGE": f"http://{behind.data}", "TIMEOUT_S": "30"}
    front = start("services.storefront", **bridge, PROCESSES="2")
    for one in (auth, behind, front):
        await one.healthy(http)

    async def call(number: int) -> int:
        async with aiohttp.ClientSession() as own, own.get(f"http://{front.data}/?user={number}") as answer:
            return answer.status

    calls, deadline_s = 0, time.monotonic() + START_S
    while calls < CALLS or not await front.served_by_both(http):
        assert set(await asyncio.gather(*(call(calls + n) for n in range(20)))) == {200}
        calls += 20
        assert calls <= CALLS or time.monotonic() < deadline_s, await front.get(http, "/counters")
    counted = [await one.get(http, "/counters") for one in (front, behind, auth)]
    for figures in counted:
        assert (figures["requests_total"], figures["served_total"]) == (calls, calls)
        assert (figures["connections_total"], figures["in_flight"]) == (
            calls if figures is not counted[2] else figures["connections_total"],
            0,
        )
    of_front = counted[0]
    assert (of_front["client"]["attempts_total"], of_front["client"]["outcomes_total"]["ok"]) == (
        calls,
        calls,
    )
    assert sum(of_front["client"]["latency"].values()) == calls
    assert sum(cohort["good"] for cohort in of_front["cohorts"]) == calls
    seconds = [cohort["second"] for cohort in of_front["cohorts"]]
    assert seconds == sorted(set(seconds))
    assert sum(one["requests_total"] for one in of_front["processes"]) == calls
    assert of_front["cpu_s_total"] > sum(one["cpu_s_total"] for one in of_front["processes"])
    metrics = (await front.get(http, "/metrics")).splitlines()
    assert f'lab_client_attempts_total{{service="storefront"}} {float(calls)}' in metrics
    assert len([line for line in metrics if line.startswith("lab_requests_total")]) == 1
    assert {(await front.get(http, path))["boot"] for path in ("/health", "/counters", "/counters")} == {
        of_front["boot"]
    }


async def test_a_health_check_is_counted_by_no_worker(router: Started, http: aiohttp.ClientSession) -> None:
    """Whichever of them accepts it."""
    for _ in range(20):
        assert (await router.get(http, "/health"))["status"] == "ok"
    assert (await router.get(http, "/counters"))["connections_total"] == 0


async def test_settings_reach_all_workers_or_none(router: Started, http: aiohttp.ClientSession) -> None:
    """A change holds whoever answers; one that is not valid changes nothing, and is refused as by one process."""
    assert await router.change(http, fail_share=1.0, timeout_s=3.0) == (
        200,
        {**(await router.get(http, "/settings")), "fail_share": 1.0, "timeout_s": 3.0},
    )
    statuses = list[int]()
    deadline_s = time.monotonic() + START_S
    while len(statuses) < 40 or not await router.served_by_both(http):
        async with aiohttp.ClientSession() as own, own.get(f"http://{router.data}/check") as answer:
            statuses.append(answer.status)
        assert time.monotonic() < deadline_s, await router.get(http, "/counters")
    figures = await router.get(http, "/counters")
    assert (set(statuses), figures["failed_total"]) == ({503}, {"503": len(statuses)})
    lines = [json.loads(line) for line in router.log.read_text().splitlines()]
    failed = [line["request_id"] for line in lines if line["event"] == "failed"]
    assert {line["worker"] for line in lines} == {1, 2}
    assert len(failed) == len(set(failed))
    status, why = await router.change(http, fail_share=0.0, timeout_s="never")
    assert (status, why["key"]) == (400, "timeout_s")
    assert (await router.get(http, "/settings"))["fail_share"] == 1.0


async def test_a_change_that_a_worker_does_not_take_is_taken_back(
    router: Started, http: aiohttp.ClientSession
) -> None:
    """The error names the worker; it gets the old settings as well, as soon as it goes on."""
    (_, stopped) = sorted(router.workers)
    os.kill(stopped, signal.SIGSTOP)
    assert "did not answer" in (await router.ask(http, "/counters"))["error"]
    os.kill(stopped, signal.SIGCONT)
    before = await router.get(http, "/settings")
    os.kill(stopped, signal.SIGSTOP)
    status, why = await router.change_once(http, timeout_s=9.0)
    os.kill(stopped, signal.SIGCONT)
    after = await router.get(http, "/settings")
    assert (status, str(stopped) in why["error"], after) == (503, True, before)


async def test_a_worker_that_is_killed_ends_the_service(
    router: Started, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """With the signal's exit code and a sentence; the other worker is gone with it."""
    workers = router.workers
    assert len(workers) == 2
    os.kill(workers[1], signal.SIGKILL)
    await eventually(lambda: router.process.poll() is not None)
    assert router.process.returncode == 128 + signal.SIGKILL
    await eventually(lambda: all(map(gone, workers)))
    assert f"worker 2 of 2 (pid {workers[1]}) was killed by SIGKILL" in router.log.read_text()
    with pytest.raises(aiohttp.ClientConnectionError):
        await router.get(http, "/health")


async def test_nothing_is_left_of_a_service_whose_first_process_is_killed(
    router: Started, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """Not even a worker that is stopped; its port is free again."""
    workers = router.workers
    os.kill(workers[0], signal.SIGSTOP)
    router.process.kill()
    await eventually(lambda: all(map(gone, workers)))
    with pytest.raises(aiohttp.ClientConnectionError):
        async with http.get(f"http://{router.data}/"):
            pass


@pytest.mark.parametrize("everyone", [False, True])
async def test_it_ends_in_order_when_it_is_asked_to(
    router: Started, eventually: Eventually, *, everyone: bool
) -> None:
    """SIGTERM to the first process, or to all at once as the lab sends it: exit code 0, and nothing to say.

    Except that workers were killed, where the machine does something else for longer than they may take.
    """
    workers = router.workers
    for pid in [*workers, router.process.pid] if everyone else [router.process.pid]:
        os.kill(pid, signal.SIGTERM)
    await eventually(lambda: router.process.poll() is not None)
    said = [line for line in router.log.read_text().splitlines() if ": killed after 2.5 s: " not in line]
    assert (router.process.returncode, said) == (0, [])
    assert all(map(gone, workers))


async def test_it_ends_in_order_while_it_starts(
    start: Callable[..., Started], eventually: Eventually
) -> None:
    """Whoever asks does not wait until it has begun; no traceback, and no worker is left."""
    begun = start("services.router", ROUTES="auth=127.0.0.1:9", PROCESSES="2")
    for _ in range(60_000):
        if len(workers := begun.workers) == 2:
            break
        await asyncio.sleep(0.001)  # noqa: TID251  between two looks at a condition
    assert len(workers) == 2, begun.log.read_text()
    begun.process.terminate()
    begun.process.wait(START_S)
    assert begun.process.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in begun.log.read_text()
    await eventually(lambda: all(map(gone, workers)))


@pytest.mark.parametrize(
    ("module", "environment", "said"),
    [
        ("services.auth", {"PROCESSES": "0"}, "PROCESSES='0' is not a whole number from 1 to 16"),
        ("services.auth", {"PROCESSES": "two"}, "PROCESSES='two' is not a whole number"),
        ("services.canary", {"PROCESSES": "2"}, "one process plays canary: its control port has calls"),
        ("services.oncall", {"PROCESSES": "2", "PLANES": "ops"}, "one process plays oncall: it remembers"),
        ("services.router", {"PROCESSES": "2", "ROUTES": "auth"}, "router: "),
        ("services.storefront", {"PROCESSES": "2", "POLICY": "nope"}, "policy='nope'"),
    ],
)
def test_what_is_wrong_ends_it_with_a_sentence(
    start: Callable[..., Started], module: str, environment: dict[str, str], said: str
) -> None:
    """Exit code 3, as with one process, also where only a worker can find it."""
    begun = start(module, **environment)
    assert (begun.process.wait(START_S), said in begun.log.read_text()) == (3, True), begun.log.read_text()


SECOND_FORK_FAILS = """
import errno, multiprocessing, os
from services.kit.env import BindAddresses
from services.kit.workers import Workers
fork, forked = os.fork, []
def once():
    if forked:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    forked.append(True)
    return fork()
os.fork = once
here = ("127.0.0.1", 0)
try:
    Workers(BindAddresses("router", here, here, None), 2, lambda end: end.calls.recv(1))
except BlockingIOError as error:
    kept = error  # and with it the sockets, whose end would end a worker
left = multiprocessing.active_children()
print(forked, kept.errno == errno.EAGAIN, left)
for process in left:
    process.kill()
"""


def test_no_worker_is_left_where_another_can_not_be_forked() -> None:
    """The first process would wait for it at its exit, and it for a first question."""
    ended = subprocess.run(
        [sys.executable, "-c", SECOND_FORK_FAILS], check=True, capture_output=True, text=True, timeout=START_S
    )
    assert ended.stdout == "[True] True []\n"

"""Open-loop load with Locust: `locust -f loadgen/locustfile.py --host http://... [--rate 100] [--seed 7]`.

One user is one arrival process. Its schedule doesn't wait for answers; each request has a greenlet of its own
and is given up some seconds after its intended start. Latency counts from there, on Locust's page too.
The rate is that of all users together: `--users K` on K workers runs rate/K on each, with a seed of its own.

CONTROL=host:port opens the control port; with WAIT_FOR_START=1 nothing starts before its PATCH /settings
{"running": true}.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from geventhttpclient.url import URL
from locust import FastHttpUser, constant, events, task

if str(Path(__file__).parent.parent) not in sys.path:  # Locust adds only this file's folder
    sys.path.insert(0, str(Path(__file__).parent.parent))

from loadgen.arrival_cohorts import Cohort
from loadgen.connections import OneTryPool, own_address
from loadgen.load import Load
from loadgen.load_control import open_control
from loadgen.load_outcomes import echoes, of_error, of_status, trouble
from loadgen.load_settings import Settings
from loadgen.tally import UNSENT
from loadgen.traits import PRIORITY, Traits

WAITS = os.environ.get("WAIT_FOR_START", "") not in {"", "0"}
LOAD = Load(Settings(running=False))


def _options(parser: Any) -> None:  # noqa: ANN401  Locust's
    """The options of the load, on the command line, in the environment and on Locust's page."""
    add = parser.add_argument
    add("--rate", type=float, default=100.0, env_var="RATE_RPS", help="requests per second, in all")
    add("--seed", type=int, default=1, env_var="SEED", help="seed of the schedule")
    add("--give-up", type=float, default=5.0, env_var="GIVE_UP_S", help="seconds after the intended start")
    add("--slo", type=float, default=2.0, env_var="SLO_S", help="seconds within which an answer is good")
    add(
        "--streaming-share",
        type=float,
        default=0.0,
        env_var="STREAMING_SHARE",
        help="share for /streaming, 0 to 1",
    )
    add("--path", default="/", env_var="TARGET_PATH", help="the path that is asked for")
    add("--expect", choices=("echo", "status"), default="echo", env_var="EXPECT",
        help="a correct answer: JSON that repeats the user asked for, or any 2xx")  # fmt: skip


def _ready(environment: Any, **_: object) -> None:  # noqa: ANN401  Locust's
    """Locust is set up: open the control port."""
    if WAITS:
        environment.process_exit_code = 0  # failures are what is measured there, not an error of the load
    open_control(LOAD)


def _started(environment: Any, **_: object) -> None:  # noqa: ANN401  Locust's
    """A test was started: by itself, on the page, or by the master."""
    options = environment.parsed_options
    LOAD.worker = max(0, getattr(environment.runner, "worker_index", 0))
    users = getattr(environment.runner, "target_user_count", 0) or getattr(options, "users_in_all", 1)
    options.users_in_all = users  # the master's options reach its workers
    LOAD.share_among(users)
    start = {
        "rate_rps": options.rate,
        "seed": options.seed,
        "give_up_s": options.give_up,
        "slo_s": options.slo,
        "streaming_share": options.streaming_share,
    }
    LOAD.change({**start, "running": not WAITS})


def _stopped(**_: object) -> None:
    """The test was stopped: no new arrivals."""
    LOAD.change({"running": False})


_LISTENERS: tuple[tuple[Any, Callable[..., None]], ...] = (
    (events.init_command_line_parser, _options),
    (events.init, _ready),
    (events.test_start, _started),
    (events.test_stop, _stopped),
)
for _hook, _listener in _LISTENERS:
    _hook.add_listener(_listener)


class Arriving(FastHttpUser):
    """One arrival process."""

    host = os.environ.get("TARGET")
    wait_time = constant(0)
    concurrency = LOAD.settings.concurrency

    @task
    def arrive(self) -> None:
        """Run until Locust stops this user."""
        self._number = 0
        self._options = self.environment.parsed_options
        self._connect()
        arrivals = LOAD.begin(self._request)
        try:
            arrivals.run()
        finally:
            LOAD.end(arrivals)

    def _connect(self) -> None:
        """Connections for an open loop at the rate in force: never fewer than may be in flight."""
        self.concurrency = LOAD.settings.concurrency
        self._pool = OneTryPool(own_address(), self.concurrency, timeout_s=LOAD.settings.give_up_s + 1)
        self.client.client.clientpool = self._pool
        self._url = URL(str(self.host))

    def _request(self, intended_s: float, cohort: Cohort, traits: Traits) -> None:
        """One request, from its intended start to its end."""
        now_s = time.monotonic()
        left_s = intended_s + LOAD.settings.give_up_s - now_s
        failure: str | None = UNSENT
        size = 0
        if left_s <= 0:
            LOAD.tally.late(now_s - intended_s, now_s)
        else:
            LOAD.tally.begin(cohort, now_s - intended_s, now_s)
            failure, size = self._send(intended_s, left_s, traits)
        latency_ms = (time.monotonic() - intended_s) * 1000
        LOAD.tally.end(cohort, failure, latency_ms, traits.client)
        self._tell_locust(failure, latency_ms, size)

    def _send(self, intended_s: float, left_s: float, traits: Traits) -> tuple[str | None, int]:
        """What went wrong (None: nothing) and how many bytes came."""
        if LOAD.settings.concurrency > self.concurrency:
            self._connect()
        self._number += 1
        user = str(self._number)
        path = f"{traits.path(self._options.path)}?user={user}"
        try:
            with gevent.Timeout(left_s):
                client = self._pool.get_client(self._url)
                answer = client.get(path, headers={PRIORITY: str(traits.priority)})
                body = bytes(answer.read())
        except (Exception, gevent.Timeout) as error:  # noqa: BLE001  whatever it is, it is counted
            if (name := trouble(error)) is not None:
                LOAD.tally.error(name)
            return of_error(error), 0
        correct = self._options.expect == "status" or echoes(body, user)
        in_time = time.monotonic() - intended_s <= LOAD.settings.slo_s
        return of_status(answer.get_code(), correct=correct, in_time=in_time), len(body)

    def _tell_locust(self, failure: str | None, latency_ms: float, size: int) -> None:
        self.environment.events.request.fire(
            request_type="GET",
            name=self._options.path,
            response_time=latency_ms,
            response_length=size,
            exception=RuntimeError(failure) if failure else None,
            context={},
        )

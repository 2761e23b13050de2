"""Open-loop load with Locust: `locust -f loadgen/locustfile.py --host http://... [--rate 100] [--seed 7]`.

One user runs an arrival process of each customer. Schedules don't wait for answers; each session has a greenlet of its
own and is given up some seconds after its intended start. Latency counts from there, on Locust's page too.
Rates are those of all users together: `--users K` on K workers runs rate/K on each, with a seed of its own.

Without customers there is one arrival process, of `--rate`. Several, each with a line of its own on Locust's page::

    --customers '[{"name": "shop", "rate_rps": 60, "steps": [{"name": "page", "path": "/"}]},
                  {"name": "streaming", "rate_rps": 40, "steps": [{"name": "play", "path": "/streaming"}]}]'

CONTROL=host:port opens the control port; with WAIT_FOR_START=1 nothing starts before its PATCH /settings
{"running": true}.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geventhttpclient.url import URL
from locust import FastHttpUser, constant, events, task

if str(Path(__file__).parent.parent) not in sys.path:  # Locust adds only this file's folder
    sys.path.insert(0, str(Path(__file__).parent.parent))

from loadgen.connections import own_address
from loadgen.customer import read_customers
from loadgen.load import LoadProcess
from loadgen.load_control import open_control
from loadgen.load_session import LoadSessions, Wire
from loadgen.load_settings import Settings
from loadgen.load_targets import known_targets

WAITS = os.environ.get("WAIT_FOR_START", "") not in {"", "0"}
TARGETS = known_targets()
LOAD = LoadProcess(Settings(running=False), TARGETS)


def _options(parser: Any) -> None:  # noqa: ANN401  Locust's
    """The options of the load, on the command line, in the environment and on Locust's page."""
    add = parser.add_argument
    add("--rate", type=float, default=100.0, env_var="RATE_RPS", help="requests per second, in all")
    add("--seed", type=int, default=1, env_var="SEED", help="seed of the schedule")
    add("--give-up", type=float, default=5.0, env_var="GIVE_UP_S", help="seconds after the intended start")
    add("--slo", type=float, default=2.0, env_var="SLO_S", help="seconds within which an answer is good")
    add("--customers", type=_customers, default="", env_var="CUSTOMERS",
        help="named arrival processes, as JSON (see loadgen/locustfile.py)")  # fmt: skip
    add("--path", default="/", env_var="TARGET_PATH", help="the path that is asked for")
    add("--expect", choices=("echo", "status"), default="echo", env_var="EXPECT",
        help="a correct answer: JSON that repeats the user asked for, or any 2xx")  # fmt: skip


def _customers(text: str) -> str:
    """The text of --customers, checked; on Locust's page it is one of the fields."""
    try:
        read_customers(json.loads(text or "[]"))
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


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
    }
    customers = json.loads(options.customers or "[]")
    LOAD.change({**start, "customers": customers, "running": not WAITS})


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
    """Runs the arrival processes: all of them in each user, at its share of their rates."""

    host = os.environ.get("TARGET")
    wait_time = constant(0)
    concurrency = LOAD.settings.concurrency

    @task
    def arrive(self) -> None:
        """Run until Locust stops this user."""
        options = self.environment.parsed_options
        wire = Wire(URL(str(self.host)), TARGETS, options.path, options.expect == "echo", own_address())
        sessions = LoadSessions(wire, LOAD.tally, lambda: LOAD.settings, self._tell_locust)
        arrivals = LOAD.begin(sessions.run)
        try:
            arrivals.run()
        finally:
            LOAD.end(arrivals)

    def _tell_locust(self, name: str, failure: str | None, latency_ms: float, size: int) -> None:
        self.environment.events.request.fire(
            request_type="GET",
            name=name,
            response_time=latency_ms,
            response_length=size,
            exception=RuntimeError(failure) if failure else None,
            context={},
        )

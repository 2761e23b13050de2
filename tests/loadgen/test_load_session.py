"""Sessions over real sockets: steps one after another, pauses, limits, and a connection that is lost."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from geventhttpclient.url import URL

from loadgen.arrival import Arrival
from loadgen.customer import Customer, SessionStep
from loadgen.load_session import LoadSessions, Wire
from loadgen.load_settings import Settings
from loadgen.tally import LoadTally
from loadgen.traits import ArrivalTraits


class Server(ThreadingHTTPServer):
    """Repeats the user asked for; 503 at /refused, slow at /slow, hangs up after its answer at /bye."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.ports: list[int] = []


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer by the path."""
        path = urlparse(self.path).path
        self.server.asked.append(path)
        self.server.ports.append(self.client_address[1])
        threading.Event().wait(1.0 if path == "/slow" else 0.0)
        body = json.dumps({"user": parse_qs(urlparse(self.path).query)["user"][0]}).encode()
        self.send_response(503 if path == "/refused" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = path == "/bye"

    def log_message(self, *_: object) -> None:
        """Not in tests."""


@pytest.fixture
def server() -> Iterator[Server]:
    """On loopback."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ran(server: Server, customer: Customer, late_s: float = 0.0) -> tuple[dict[str, Any], dict[str, Any]]:
    """One session of a customer, intended to start `late_s` ago: its totals and its cohort."""
    tally, host = LoadTally(), URL(f"http://127.0.0.1:{server.server_address[1]}")
    wire = Wire(URL("http://127.0.0.1:1"), {"main": host}, "/", echo=True, source=None)
    settings = Settings(customers=(customer,))
    sessions = LoadSessions(wire, tally, lambda: settings, lambda *_: None)
    intended_s = time.monotonic() - late_s
    cohort = tally.intend(intended_s, customer.name)
    sessions.run(Arrival(intended_s, customer, cohort, ArrivalTraits(7)))
    told = tally.as_json(5.0, {}, 0)
    return told["load"]["customers"]["one"], told["cohorts"][0]["customers"]["one"]


def customer(*paths: str, pause_s: float = 0.0, **limits: Any) -> Customer:  # noqa: ANN401  Customer's
    """A customer whose steps are at these paths."""
    steps = tuple(SessionStep(path.strip("/"), path, pause_s if n else 0.0) for n, path in enumerate(paths))
    return Customer("one", 1.0, target="main", steps=steps, **limits)


@pytest.mark.slow
def test_a_session_is_good_when_all_its_steps_are(server: Server) -> None:
    """In their order; it counts once, each step counts by itself."""
    totals, cohort = ran(server, customer("/login", "/play", "/pay"))
    assert server.asked == ["/login", "/play", "/pay"]
    assert (totals["sent_total"], totals["requests_total"], totals["ok_total"]) == (1, 3, 1)
    assert (cohort["sent"], cohort["good"]) == (1, 1)
    assert {name: (step["sent"], step["good"]) for name, step in cohort["steps"].items()} == {
        "login": (1, 1), "play": (1, 1), "pay": (1, 1),
    }  # fmt: skip


@pytest.mark.slow
def test_a_session_ends_with_its_first_step_that_fails(server: Server) -> None:
    """It failed as the step did, and what would have come after was not sent."""
    totals, cohort = ran(server, customer("/login", "/refused", "/pay"))
    assert server.asked == ["/login", "/refused"]
    assert (totals["failed_total"], totals["requests_total"]) == ({"5xx": 1}, 2)
    assert cohort["steps"]["refused"] == {"sent": 1, "good": 0, "failed": {"5xx": 1}, "latency": {}}
    assert "pay" not in cohort["steps"]


@pytest.mark.slow
def test_pauses_are_no_latency(server: Server) -> None:
    """Neither slow nor given up, though it took longer than both limits by its own will."""
    begun_s = time.monotonic()
    totals, cohort = ran(server, customer("/a", "/b", "/c", pause_s=0.9, slo_s=0.9, give_up_s=0.95))
    assert time.monotonic() - begun_s > 1.8
    assert totals["ok_total"] == 1
    assert max(int(one) for one in cohort["latency"]) < 140  # 1.05^139 is 880 ms


@pytest.mark.parametrize(
    ("limits", "failure"), [({"slo_s": 0.7}, "slow"), ({"slo_s": 0.7, "give_up_s": 0.7}, "timeout")]
)
@pytest.mark.slow
def test_both_limits_are_those_of_the_whole_session(
    server: Server, limits: dict[str, float], failure: str
) -> None:
    """A quick step after a slow one has what is left."""
    totals, cohort = ran(server, customer("/quick", "/slow", "/pay", **limits))
    assert totals["failed_total"] == {failure: 1}
    assert cohort["steps"]["slow"]["failed"] == {failure: 1}
    assert server.asked == ["/quick", "/slow"]


def test_a_session_too_late_to_begin_is_never_sent(server: Server) -> None:
    """Given up before its first step."""
    totals, cohort = ran(server, customer("/a", "/b", give_up_s=1.0), late_s=1.5)
    assert (totals["failed_total"], totals["sent_total"], totals["in_flight"]) == ({"unsent": 1}, 0, 0)
    assert (cohort["requests"], cohort["sent"], server.asked) == (1, 0, [])


@pytest.mark.slow
def test_a_persistent_session_keeps_its_connection(server: Server) -> None:
    """All of its steps come over the one that it opened."""
    totals, _ = ran(server, customer("/a", "/b", "/c", pause_s=0.05, persistent=True))
    assert (totals["ok_total"], len(set(server.ports))) == (1, 1)


@pytest.mark.slow
def test_a_persistent_session_fails_when_its_connection_is_lost(server: Server) -> None:
    """A reset, and no second connection; others just open another one."""
    totals, cohort = ran(server, customer("/a", "/bye", "/c", pause_s=0.05, persistent=True))
    assert totals["failed_total"] == {"reset": 1}
    assert cohort["steps"]["c"]["failed"] == {"reset": 1}
    assert server.asked == ["/a", "/bye"]
    totals, _ = ran(server, customer("/a", "/bye", "/c", pause_s=0.05))
    assert totals["ok_total"] == 1


def test_a_customer_of_independent_requests_has_no_steps_of_its_own(server: Server) -> None:
    """Its figures are those of its requests."""
    totals, cohort = ran(server, customer("/play"))
    assert (totals["requests_total"], cohort["good"], cohort["steps"]) == (1, 1, {})

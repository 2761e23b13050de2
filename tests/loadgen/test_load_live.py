"""Locust itself, as the lab starts it, against a real server."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from loadgen.traits import TraitSource

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("load")]  # both take the same address
ROOT = Path(__file__).parents[2]
HOST, PORT = "127.0.91.1", 9000


class Target(ThreadingHTTPServer):
    """Repeats the user asked for, or holds its answers back."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.received = 0
        self.peers: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.holds = threading.Event()


class Answer(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Target

    def do_GET(self) -> None:
        """Count, and answer unless told to hold."""
        self.server.received += 1
        self.server.peers.add(self.client_address[0])
        while self.server.holds.is_set():
            threading.Event().wait(0.05)
        self.server.asked.append((urlparse(self.path).path, self.headers["X-Priority"]))
        user = parse_qs(urlparse(self.path).query)["user"][0]
        body = json.dumps({"user": user}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not in tests."""


def control(method: str, path: str, **changes: object) -> Any:  # noqa: ANN401  JSON
    """A call of the control port; None when it can't be reached."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=10)
    try:
        connection.request(method, path, json.dumps(changes), {"X-Lab-Token": "secret"})
        return json.load(connection.getresponse())
    except OSError:
        return None
    finally:
        connection.close()


def wait_until(condition: Callable[[], object], deadline_s: float = 60) -> None:
    """Until the condition holds."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, f"not within {deadline_s} s; counters {control('GET', '/counters')}"
        threading.Event().wait(0.05)


def load() -> dict[str, Any]:
    """The load's own counters."""
    told: dict[str, Any] = control("GET", "/counters")["load"]
    return told


def arrivals_rps(over_s: float) -> float:
    """How many arrivals a second there are; over long enough that a look which comes late makes no difference."""

    def look() -> tuple[int, float]:
        return int(load()["intended_total"]), time.monotonic()

    begun, begun_s = look()
    wait_until(lambda: time.monotonic() > begun_s + over_s)
    now, now_s = look()
    return (now - begun) / (now_s - begun_s)


@pytest.fixture
def target() -> Iterator[Target]:
    """A server on loopback."""
    server = Target()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.holds.clear()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def locust(target: Target, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Locust with the command of compose.yaml, waiting to be started."""
    (tmp_path / "token").write_text("secret")
    environment = {
        **os.environ,
        "CONTROL": f"{HOST}:{PORT}",
        "TARGET": f"http://127.0.0.1:{target.server_address[1]}",
        "TARGETS": f"main=http://127.0.0.1:{target.server_address[1]}",
        "TOKEN_FILE": str(tmp_path / "token"),
        "WAIT_FOR_START": "1",
    }
    command = "-m locust -f loadgen/locustfile.py --headless --users 1 --only-summary --loglevel WARNING"
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, *command.split()], cwd=ROOT, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_until(lambda: (control("GET", "/health") or {}).get("status") == "ok")
            yield process
        finally:
            process.kill()


def test_the_load_of_a_drill(locust: subprocess.Popen[bytes], target: Target) -> None:
    """Waits, runs its schedule, stays open-loop when nothing answers, surges, stops, counts every request."""
    assert (load()["intended_total"], target.received) == (0, 0)
    control("PATCH", "/settings", running=True, seed=7, rate_rps=50, give_up_s=1, slo_s=0.5)
    wait_until(lambda: load()["ok_total"] >= 50)
    assert target.peers == {HOST}
    source = TraitSource("7/0/0")
    sent = Counter(("/", str(source.next().priority)) for _ in range(200))
    assert not Counter(target.asked[:50]) - sent  # answers may overtake each other, so not in order

    target.holds.set()  # nothing answers: arrivals go on, each is given up after 1 s
    assert arrivals_rps(3) == pytest.approx(50, rel=0.35)
    wait_until(lambda: load()["failed_total"].get("timeout", 0) >= 50)
    wait_until(lambda: 30 <= load()["in_flight"] <= 80)
    target.holds.clear()

    control("PATCH", "/settings", surge=4)
    assert load()["rate_rps"] == 200
    assert arrivals_rps(2) == pytest.approx(200, rel=0.35)

    control("PATCH", "/settings", running=False)
    wait_until(lambda: load()["in_flight"] == 0)
    told = load()
    assert (
        told["intended_total"] == told["sent_total"] == told["ok_total"] + sum(told["failed_total"].values())
    )
    wait_until(lambda: target.received == told["sent_total"])
    locust.terminate()
    assert locust.wait(timeout=60) == 0


def test_the_load_of_several_customers(locust: subprocess.Popen[bytes], target: Target) -> None:
    """Each at its rate and its path, counted by itself; a surge of one is of that one; all of it adds up."""
    patient = {"slo_s": 20, "give_up_s": 20}  # all are good, also where the server is late
    page, play = {"name": "page", "path": "/shop"}, {"name": "play", "path": "/streaming", "pause_s": 0.05}
    shop = {"name": "shop", "rate_rps": 30, "steps": [page], **patient}
    streaming = {
        "name": "streaming",
        "rate_rps": 10,
        "steps": [page, play],
        **patient,
        "persistent": True,
        "target": "main",
    }
    told = control("PATCH", "/settings", running=True, seed=7, customers=[shop, streaming])
    assert (told["rate_rps"], told["surge.streaming"]) == (40.0, 1.0)
    wait_until(lambda: load()["customers"].get("streaming", {}).get("ok_total", 0) >= 20)
    control("PATCH", "/settings", **{"surge.streaming": 5})
    assert load()["customers"]["streaming"]["rate_rps"] == 50
    assert load()["customers"]["shop"]["rate_rps"] == 30
    wait_until(lambda: load()["customers"]["streaming"]["ok_total"] >= 100)
    control("PATCH", "/settings", running=False)
    wait_until(lambda: load()["in_flight"] == 0)
    counted = load()
    shops, plays = counted["customers"]["shop"], counted["customers"]["streaming"]
    assert counted["ok_total"] == shops["ok_total"] + plays["ok_total"] == counted["intended_total"]
    assert plays["requests_total"] == 2 * plays["sent_total"]
    wait_until(lambda: target.received == counted["requests_total"])
    paths = Counter(path for path, _ in target.asked)
    assert paths == {"/shop": shops["sent_total"] + plays["sent_total"], "/streaming": plays["sent_total"]}
    for cohort in control("GET", "/counters")["cohorts"]:
        for key in ("requests", "sent", "good"):
            assert sum(one[key] for one in cohort["customers"].values()) == cohort[key]
    refused = control("PATCH", "/settings", customers=[{**shop, "target": "nosuch"}])
    assert (refused["error"], refused["valid"]) == ("there is no target 'nosuch'", ["main"])


def test_locust_alone_shows_each_customer_and_each_step(target: Target) -> None:
    """Without the lab: customers are an option (on Locust's page a field), and each has a line in its table."""
    page, later = {"name": "first", "path": "/a"}, {"name": "later", "path": "/b"}
    shop = {"name": "shop", "rate_rps": 30, "steps": [page]}
    play = {"name": "play", "rate_rps": 10, "steps": [page, later]}
    command = f"-m locust -f loadgen/locustfile.py --headless -u 1 -t 4s --json --host http://127.0.0.1:{target.server_address[1]}"
    done = subprocess.run(
        [sys.executable, *command.split(), "--customers", json.dumps([shop, play])],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    names = {line["name"]: line["num_requests"] for line in json.loads(done.stdout)}
    assert set(names) == {"shop", "play first", "play later"}, done.stderr
    assert names["shop"] > names["play first"] >= names["play later"] > 0


def test_a_wrong_customer_on_the_command_line_is_told() -> None:
    """Before anything is sent."""
    command = "-m locust -f loadgen/locustfile.py --headless -u 1 -t 2s --host http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, *command.split(), "--customers", '[{"name": "shop"}]'],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "customer shop: rate_rps=None is not from 0.001 to 10000" in done.stderr

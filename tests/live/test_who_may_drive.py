"""Who may drive a living lab: who holds the run's token, and no one from afar or from a web page."""

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from chaos.mark import run_mark
from chaos.process.identity import of_run
from tests.live.by_hand import ByHand

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]

ATTACK = """async (targets) => {
  const said = [];
  for (const [method, url, body] of targets)
    for (const mode of ["cors", "no-cors"])
      for (const type of ["text/plain", "application/json"])
        try {
          const answer = await fetch(url, {method, mode, body, headers: {"Content-Type": type}});
          said.push(`${method} ${url} ${mode} ${type}: ${answer.type} ${answer.status}`);
        } catch (error) { said.push(`${method} ${url} ${mode} ${type}: ${error}`); }
  return said;
}"""
TOXIC = json.dumps({"name": "evil", "type": "latency", "attributes": {"latency": 9000}})


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A living lab's run folder."""
    lab = ByHand(tmp_path_factory.mktemp("home"))
    lab("up", "--runtime", "embedded")
    try:
        yield lab.up().path
    finally:
        lab("down")


def addresses(lab: Path) -> dict[str, dict[str, str]]:
    """Each service's ports, as the journal tells them."""
    events = [json.loads(line) for line in (lab / "journal.jsonl").read_text().splitlines()]
    return {e["service"]: e["addresses"] for e in events if e["type"] == "service.changed"}


def get(address: str, path: str) -> str:
    """What a plain client is answered."""
    with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def changed(address: str, headers: dict[str, str]) -> int:
    """Ask a control port for an enormous timeout; the status of the answer."""
    host, _, port = address.partition(":")
    lines = [
        "PATCH /settings HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
    ]
    body = '{"timeout_s": 999}'
    request = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
    with socket.create_connection((host, int(port)), timeout=30) as sock:
        sock.sendall(request.encode())
        return int(sock.makefile("rb").readline().split()[1])


def test_everything_listens_on_loopback_only(lab: Path) -> None:
    """Not one socket of any process of the run can be reached from another machine."""
    pids = {pid for pid, _ in of_run(run_mark(lab.name, lab))}
    listening = [
        one.laddr[0]
        for one in psutil.net_connections("inet")
        if one.laddr and one.pid in pids and one.status == "LISTEN"
    ]
    assert len(listening) >= 10
    assert {ip.split(".")[0] for ip in listening} == {"127"}


def test_the_socket_and_the_run_folder_are_private(lab: Path) -> None:
    """Another user of the machine can neither connect nor read the token."""
    assert (lab / "socket").stat().st_mode & 0o777 == 0o600
    assert lab.stat().st_mode & 0o777 == 0o700


def test_a_change_needs_the_token_and_no_web_page_behind_it(lab: Path) -> None:
    """Without the token, from another origin or by another host's name (DNS rebinding): 403, nothing changed."""
    address = addresses(lab)["storefront"]["control"]
    before = get(address, "/settings")
    token = (lab / "token").read_text()
    good = {"Host": address, "X-Lab-Token": token}
    assert changed(address, {"Host": address}) == 403
    assert changed(address, {**good, "X-Lab-Token": token[:-1]}) == 403
    assert changed(address, {**good, "Origin": "http://evil.example"}) == 403
    assert changed(address, {**good, "Host": "evil.example:9000"}) == 403
    assert get(address, "/settings") == before
    assert changed(address, good) == 200


def test_no_argument_and_no_environment_holds_the_token(lab: Path) -> None:
    """What every user can read of a process, and what its children inherit, has the file's path only."""
    token = (lab / "token").read_text().encode()
    for pid, _ in of_run(run_mark(lab.name, lab)):
        assert token not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert token not in Path(f"/proc/{pid}/environ").read_bytes()


@pytest.fixture
def page_url() -> Iterator[str]:
    """Someone's web page, on an origin of its own."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>harmless</title>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_web_page_that_the_user_visits_can_t_drive_the_lab(
    lab: Path, browser: Browser, page_url: str
) -> None:
    """A real browser tries every changing call of a service, of the load and of Toxiproxy: nothing changes."""
    where = addresses(lab)
    api, storefront, load = where["bridge"]["api"], where["storefront"]["control"], where["load"]["control"]
    targets = [
        ["PATCH", f"http://{storefront}/settings", '{"timeout_s": 999}'],
        ["POST", f"http://{storefront}/settings", '{"timeout_s": 999}'],
        ["PATCH", f"http://{load}/settings", '{"running": false}'],
        ["POST", f"http://{api}/proxies/bridge/toxics", TOXIC],
        ["POST", f"http://{api}/proxies/bridge", '{"enabled": false}'],
        ["POST", f"http://{api}/reset", ""],
        ["DELETE", f"http://{api}/proxies/bridge", None],
    ]
    before = (get(storefront, "/settings"), get(load, "/settings"), get(api, "/proxies"))
    page = browser.new_page()
    page.goto(page_url)
    said = page.evaluate(ATTACK, targets)
    assert len(said) == len(targets) * 4
    assert (get(storefront, "/settings"), get(load, "/settings"), get(api, "/proxies")) == before

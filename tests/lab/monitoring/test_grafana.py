"""Grafana's dashboard and overlay: what it asks a real Prometheus answers, and it is no second way across."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from ruamel.yaml import YAML

from chaos.http import call
from chaos.wait import wait_until
from lab.monitoring import QUERIES, query_text
from lab.runtime.binaries import find_prometheus
from services.kit.metrics import registry, render
from tests.lab.monitoring.conftest import FOLDER, ROOT

COMPOSE = ROOT / "compose"
DASHBOARD: dict[str, Any] = json.loads((COMPOSE / "grafana/dashboards/planes.json").read_text())
WINDOW_S = 5
ANSWERED_WITHIN_S = 90

CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}}
rule_files: [{rules}]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:9"]}}]}}]}}
scrape_configs:
  - job_name: services
    honor_labels: true
    static_configs:
      - {{targets: ["{services}"], labels: {{service: edge, __metrics_path__: /edge}}}}
      - {{targets: ["{services}"], labels: {{service: storefront, __metrics_path__: /storefront}}}}
      - {{targets: ["{services}"], labels: {{service: router, __metrics_path__: /router}}}}
  - job_name: itself
    static_configs: [{{targets: ["{own}"], labels: {{service: prometheus}}}}]
"""


def expressions(panels: list[dict[str, Any]]) -> list[str]:
    """What these panels ask, with Grafana's variables replaced."""
    found = [target["expr"] for panel in panels for target in panel["targets"]]
    variables = {"$window": f"{WINDOW_S}s", "$__rate_interval": f"{WINDOW_S}s", "$__interval": "1s"}
    for variable, value in variables.items():
        found = [expression.replace(variable, value) for expression in found]
    assert not any("$" in expression for expression in found)
    return found


def column(variable: str) -> list[dict[str, Any]]:
    """The panels that ask the data source of a variable, with every one of their queries."""
    source = {"type": "prometheus", "uid": f"${{{variable}}}"}
    panels = [panel for panel in DASHBOARD["panels"] if panel["datasource"] == source]
    assert all(target["datasource"] == source for panel in panels for target in panel["targets"])
    return panels


def counted(service: str, since: float) -> dict[str, Any]:
    """A service's counters in a storm: edge serves a fifth of 100/s, storefront makes 4 attempts per call."""
    asked = int(100 * (time.monotonic() - since))
    client = {
        "calls_total": asked, "attempts_total": 4 * asked, "outcomes_total": {"timeout": asked},
        "attempts_in_flight": 7, "breaker": "open", "latency": {}, "latency_sum_ms": 0,
    }  # fmt: skip
    return {
        "service": service, "requests_total": asked, "served_total": asked // 5, "abandoned_total": 0,
        "abandoned_work_total": 0, "shed_total": {},
        "connections_total": asked, "cpu_s_total": 1, "queue_depth": 0, "in_flight": 3, "loop_lag_p99_ms": 1,
        "failed_total": {}, "errors_total": {}, "client": client if service == "storefront" else None,
    }  # fmt: skip


@contextmanager
def services() -> Iterator[str]:
    """Three services' metrics, written by the services' own code; gives their address."""
    since = time.monotonic()

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The metrics of the service that the path names."""
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(render(registry(lambda: counted(self.path.strip("/"), since))))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Metrics) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[str]:
    """A real Prometheus with the planes' rules, on a free port; gives its address."""
    program = find_prometheus()
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = f"127.0.0.1:{free.getsockname()[1]}"
    with services() as address, (tmp_path / "log").open("wb") as log:
        config = tmp_path / "prometheus.yaml"
        config.write_text(CONFIG.format(rules=FOLDER / "rules.yaml", services=address, own=own))
        command = [str(program), f"--config.file={config}", f"--web.listen-address={own}",
                   f"--storage.tsdb.path={tmp_path / 'data'}"]  # fmt: skip
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        try:
            yield own
        finally:
            process.terminate()
            process.wait(20)


async def asked(address: str, expression: str) -> list[Any]:
    """The series that Prometheus answers with; an error of its is one of ours."""
    query = urlencode({"query": expression})
    answer = await call("GET", address, f"/api/v1/query?{query}", 5)
    assert answer.ok, f"{expression}: {answer.text}"
    return list(answer.json()["data"]["result"])


@pytest.mark.live
@pytest.mark.long
async def test_a_real_prometheus_answers_every_query_of_the_dashboard(prometheus: str) -> None:
    """In a storm no panel is empty: each query is understood, and asks for series that there are."""
    pending = dict.fromkeys(expressions(DASHBOARD["panels"]))

    async def all_answered() -> bool:
        for expression in list(pending):
            if await asked(prometheus, expression):
                del pending[expression]
        if pending:
            raise AssertionError(f"no series yet for: {'; '.join(pending)}")
        return True

    assert len(pending) >= 10
    await wait_until(all_answered, ANSWERED_WITHIN_S, "every panel to have series")

    async def burns() -> bool:
        (burn,) = await asked(prometheus, "edge:budget_burn:short")
        return 75 <= float(burn["value"][1]) <= 85

    await wait_until(burns, ANSWERED_WITHIN_S, "the budget to burn at 80 times the allowed rate")


def test_both_columns_ask_the_same_of_one_plane_each() -> None:
    """Left the shared plane, right the ops plane, panel beside panel."""
    left, right = column("left"), column("right")
    assert len(left) + len(right) == len(DASHBOARD["panels"])
    assert expressions(left) == expressions(right)
    assert {panel["gridPos"]["x"] for panel in left} == {0}
    assert {panel["gridPos"]["x"] for panel in right} == {12}
    assert [panel["gridPos"]["y"] for panel in left] == [panel["gridPos"]["y"] for panel in right]
    chosen = {variable["name"]: variable["current"]["value"] for variable in DASHBOARD["templating"]["list"]}
    assert (chosen["left"], chosen["right"]) == ("shared", "ops")


def test_the_dashboard_asks_what_on_call_asks() -> None:
    """The very queries that the planes are scored by are on it."""
    assert {
        query_text(query, WINDOW_S, "edge", "storefront").replace("5000ms", "5s") for query in QUERIES
    } <= set(expressions(DASHBOARD["panels"]))


def test_the_data_sources_are_the_two_planes_and_the_overlay_mounts_them() -> None:
    """The dashboard finds them by uid, and by the names that the topology gives their Prometheus."""
    sources = YAML(typ="safe").load(COMPOSE / "grafana/provisioning/datasources/planes.yaml")["datasources"]
    assert {source["uid"]: source["url"] for source in sources} == {
        "shared": "http://prometheus-shared:9090",
        "ops": "http://prometheus-ops:9090",
    }
    grafana = YAML(typ="safe").load(COMPOSE / "grafana.yaml")["services"]["grafana"]
    mounted = dict(volume.split(":")[:2] for volume in grafana["volumes"])
    assert all((COMPOSE / source).is_dir() for source in mounted)
    provider = YAML(typ="safe").load(COMPOSE / "grafana/provisioning/dashboards/lab.yaml")["providers"][0]
    assert provider["options"]["path"] in mounted.values()
    assert re.fullmatch(r"GRAFANA_IMAGE=\S+:\d+\.\d+\.\d+", _pin())
    assert all(port.startswith("127.0.0.1:") for port in grafana["ports"])


@pytest.mark.slow
def test_grafana_is_no_second_way_across() -> None:
    """It meets no one of main, load or on-call in any network: only the two Prometheus that it asks."""
    networks: dict[str, set[str]] = {}
    for file in (COMPOSE / "compose.yaml", COMPOSE / "grafana.yaml"):
        for name, service in YAML(typ="safe").load(file)["services"].items():
            networks.setdefault(name, set()).update(service.get("networks", ()))
    own = networks.pop("grafana")
    assert {name for name, there in networks.items() if there & own} == {
        "prometheus-shared",
        "prometheus-ops",
    }
    assert "main" not in networks["prometheus-shared"]


@pytest.mark.containers
def test_docker_compose_takes_the_overlay() -> None:
    """With the profile of a mode, and without any."""
    base = ["docker", "compose", "-f", "compose/compose.yaml", "-f", "compose/grafana.yaml"]
    mode = ["--env-file", "compose/.env", "--env-file", "compose/monitoring/same-listener/mode.env"]
    shown = {}
    for name, options in (("none", []), ("monitoring", mode)):
        told = subprocess.run(
            [*base, *options, "config", "--format", "json"], cwd=ROOT, capture_output=True, text=True, timeout=60,
            check=True,
        )  # fmt: skip
        shown[name] = json.loads(told.stdout)["services"]
    assert "grafana" not in shown["none"]
    assert list(shown["monitoring"]["grafana"]["networks"]) == ["dashboards"]
    assert set(shown["monitoring"]["prometheus-shared"]["networks"]) == {"internal", "dashboards"}


def _pin() -> str:
    lines = (COMPOSE / ".env").read_text().splitlines()
    return next(line for line in lines if line.startswith("GRAFANA_IMAGE="))

"""The planes' files: valid for the real programs, and the modes differ in what they are to differ in only."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lab.monitoring import modes
from lab.topology import load_topology

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "compose" / "monitoring"
PLANES = (*modes(FOLDER), "ops")
ALERTS = [
    "GoodputLowNaive",
    "GoodputLow",
    "ErrorBudgetBurn",
    "RetryAmplification",
    "BreakerOpen",
    "BridgeSaturated",
    "ScrapeLost",
    "SeriesAbsent",
    "Watchdog",
]
RULES = ("rules.yaml", "slow-scrape/rules.yaml")
WAYS = {
    "same-listener": "http://bridge:3128",
    "other-listener": "http://bridge:3129",
    "separate-path": "http://path-monitoring:8080",
    "reserve-bridge": "http://bridge-reserve:3128",
    "slow-scrape": "http://bridge:3128",
    "agent": "http://bridge:3128",
}

Document = dict[str, Any]
Tool = Callable[..., subprocess.CompletedProcess[str]]


def content(name: str) -> Document:
    document: Document = YAML(typ="safe").load(FOLDER / name)
    return document


def job(document: Document, name: str) -> Document:
    found: Document
    (found,) = (each for each in document["scrape_configs"] if each["job_name"] == name)
    return found


def groups(job: Document) -> dict[str, Any]:
    """Service -> address and network, and that each has both labels."""
    return {
        each["labels"]["service"]: (*each["targets"], each["labels"]["network"])
        for each in job["static_configs"]
    }


def test_every_mode_is_here() -> None:
    assert set(modes(FOLDER)) == set(WAYS)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.slow
def test_prometheus_takes_its_configuration(promtool: Tool, plane: str) -> None:
    """With the rules that it names."""
    done = promtool("check", "config", f"{plane}/prometheus.yaml")
    assert done.returncode == 0, done.stderr
    assert "20 rules found" in done.stdout


@pytest.mark.slow
def test_the_agent_takes_its_configuration(promtool: Tool) -> None:
    done = promtool("check", "config", "--agent", "agent/agent.yaml")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.slow
def test_alertmanager_takes_its_configuration(amtool: Tool, plane: str) -> None:
    done = amtool("check-config", f"{plane}/alertmanager.yaml")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.slow
def test_the_rules_do_what_they_say(promtool: Tool, rules: str) -> None:
    """`promtool test rules`: each alert fires and is silent when it should."""
    assert promtool("check", "rules", rules).returncode == 0
    done = promtool("test", "rules", rules.replace("rules.yaml", "rules.test.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize("spoilt", ["vector(0) > 1", "vector(1)"])
@pytest.mark.parametrize("alert", ALERTS)
def test_no_alert_can_be_broken_unnoticed(promtool: Tool, tmp_path: Path, alert: str, spoilt: str) -> None:
    """One that never fires, or always, fails the unit tests; so does a heartbeat that stops."""
    document = content("rules.yaml")
    (rule,) = (r for group in document["groups"] for r in group["rules"] if r.get("alert") == alert)
    if rule["expr"] == spoilt:
        return
    rule["expr"] = spoilt
    YAML().dump(document, tmp_path / "rules.yaml")
    shutil.copy(FOLDER / "rules.test.yaml", tmp_path)
    assert promtool("check", "rules", "rules.yaml", cwd=tmp_path).returncode == 0
    assert promtool("test", "rules", "rules.test.yaml", cwd=tmp_path).returncode != 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("        keep_firing_for: 60s\n", ""),
        (" and edge:requests:rate > 20", ""),
        (" and service:calls:rate > 20", ""),
        (" and bridge:attempts:rate > 20", ""),
        ("for: 8s", "for: 4s"),
        (" and max_over_time(up[1h]) == 1", ""),
        ("          and on (service) max by (service) (max_over_time(up[1h])) == 1\n", ""),
        ("for: 3s", "for: 1s"),
        (" / 0.01", ""),
    ],
)
def test_no_safeguard_is_idle(promtool: Tool, tmp_path: Path, line: str, instead: str) -> None:
    """Without any one of the rules' parts against false alarms and false all-clears a unit test fails."""
    text = (FOLDER / "rules.yaml").read_text()
    assert line in text
    (tmp_path / "rules.yaml").write_text(text.replace(line, instead))
    shutil.copy(FOLDER / "rules.test.yaml", tmp_path)
    assert promtool("check", "rules", "rules.yaml", cwd=tmp_path).returncode == 0
    assert promtool("test", "rules", "rules.test.yaml", cwd=tmp_path).returncode != 0


@pytest.mark.parametrize("mode", [mode for mode in WAYS if mode != "agent"])
def test_a_mode_is_same_listener_with_another_way_to_main(mode: str) -> None:
    """The way; slow-scrape besides in the interval and timeout of main, and in the rules."""
    expected, found = content("same-listener/prometheus.yaml"), content(f"{mode}/prometheus.yaml")
    job(expected, "main")["proxy_url"] = WAYS[mode]
    if mode == "slow-scrape":
        job(expected, "main").update(scrape_interval="5s", scrape_timeout="5s")
        expected["rule_files"] = ["rules.yaml"]
    assert found == expected


def test_with_an_agent_the_plane_scrapes_everything_but_main() -> None:
    """And the agent scrapes that, so that the series come out alike."""
    expected, found = content("same-listener/prometheus.yaml"), content("agent/prometheus.yaml")
    main = job(expected, "main")
    expected["scrape_configs"].remove(main)
    assert found == expected
    agent = content("agent/agent.yaml")
    ((own,), (way,)) = agent["scrape_configs"], agent["remote_write"]
    assert "external_labels" not in agent["global"]
    del main["proxy_url"]
    for group in main["static_configs"]:
        group["targets"] = [f"{target}:9000" for target in group["targets"]]
    assert own == main
    assert way["proxy_url"] == WAYS["agent"]


@pytest.mark.parametrize("mode", WAYS)
def test_pages_take_the_way_of_the_scrapes(mode: str) -> None:
    """Alertmanager's files differ in that way, and the ops plane's in that it needs none."""
    expected, found = content("ops/alertmanager.yaml"), content(f"{mode}/alertmanager.yaml")
    (hook,) = expected["receivers"][0]["webhook_configs"]
    hook.update(url="http://oncall/page/shared", http_config={"proxy_url": WAYS[mode]})
    assert found == expected


def test_the_ops_plane_sees_what_the_shared_plane_sees_and_on_call() -> None:
    """Under the same labels, at the control ports."""
    ops, shared = content("ops/prometheus.yaml"), content("same-listener/prometheus.yaml")
    names = {name: (f"{name}:9000", network) for name, (_, network) in groups(job(shared, "main")).items()}
    assert groups(job(ops, "main")) == names | {"oncall": ("oncall:9000", "main")}
    assert groups(job(ops, "internal")) == groups(job(shared, "internal"))
    assert ops["global"] == shared["global"] | {"external_labels": {"plane": "ops"}}
    assert shared["global"]["external_labels"] == {"plane": "shared"}


@pytest.mark.parametrize("plane", PLANES)
def test_whatever_is_dialled_directly_is_a_service_of_the_topology(plane: str) -> None:
    """At a port that it exposes or publishes."""
    services = load_topology(ROOT / "compose" / "compose.yaml").services
    files = sorted(FOLDER.glob(f"{plane}/*.yaml"))
    named = {found for file in files for found in re.findall(r"([a-z-]+):(\d{4})\b", file.read_text())}
    assert named
    for name, port in named:
        assert int(port) in services[name].expose + services[name].ports or (name, port) == ("bridge", "3129")


def test_what_crosses_the_bridge_by_name_has_a_route() -> None:
    """Targets and pages without a port, in router's and path-monitoring's ROUTES."""
    services = load_topology(ROOT / "compose" / "compose.yaml").services
    targets = groups(job(content("same-listener/prometheus.yaml"), "main"))
    for forwarding in ("router", "path-monitoring"):
        routes = dict(pair.split("=") for pair in services[forwarding].environment["ROUTES"].split())
        assert {routes[f"{name}/metrics"] for name in targets} == {f"{name}:9000" for name in targets}
        assert routes["oncall"] == "oncall:8080"


@pytest.mark.slow
def test_slow_rules_are_the_rules_with_wider_windows() -> None:
    """Ranges of at least five scrapes of 5 s; as many scrapes of patience."""
    text = (FOLDER / "rules.yaml").read_text()
    text = re.sub(r"\[(5|10)s\]", "[25s]", text)
    text = re.sub(r"(?m)^( +for: )(\d+)s", lambda found: f"{found[1]}{5 * int(found[2])}s", text)
    text = text.replace("reached_within: 5s", "reached_within: 25s")
    assert YAML(typ="safe").load(text) == content("slow-scrape/rules.yaml")


@pytest.mark.parametrize("rules", RULES)
def test_every_alert_says_how_urgent_it_is_and_about_what(rules: str) -> None:
    """The score asks for `about`."""
    alerts = [rule for group in content(rules)["groups"] for rule in group["rules"] if "alert" in rule]
    assert [alert["alert"] for alert in alerts] == ALERTS
    assert {alert["labels"]["about"] for alert in alerts} == {"symptom", "monitoring", "heartbeat"}
    assert {alert["labels"]["severity"] for alert in alerts} == {"page", "ticket", "none"}
    assert [alert["alert"] for alert in alerts if alert["labels"]["about"] == "heartbeat"] == ["Watchdog"]


@pytest.mark.parametrize("plane", [plane for plane in PLANES if plane != "agent"])
def test_what_is_scraped_is_what_the_topology_says_is_watched(plane: str) -> None:
    """`watched` in compose.yaml and the targets of each way agree; the ops plane sees on-call as well."""
    topology = load_topology(ROOT / "compose" / "compose.yaml")
    watched = {name for name, role in topology.roles.items() if role.watched}
    document = content(f"{plane}/prometheus.yaml")
    scraped = {service for name in ("main", "internal") for service in groups(job(document, name))}
    assert scraped == watched | ({topology.roles.pager} if plane == "ops" else set())

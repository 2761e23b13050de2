"""What the lab reads out of the planes' files, and what it refuses. Bounds are computed separately here."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.journal.upgrade import ROLES
from lab.monitoring import MonitoringError, PlaneConfig, load_planes, modes, query_text
from lab.monitoring.document import read
from lab.monitoring.durations import duration_s

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "compose" / "monitoring"
DOCS = ROOT / "docs" / "explanation" / "monitoring.md"
FAST = [mode for mode in modes(FOLDER) if mode not in {"agent", "slow-scrape"}]

# scrape interval + timeout + window + evaluation + `for` + group_wait + slack
EACH_SECOND: dict[str, float] = {
    "GoodputLowNaive": 1 + 1 + 5 + 1 + 2 + 0 + 1,
    "GoodputLow": 1 + 1 + 5 + 1 + 2 + 0 + 1,
    "ErrorBudgetBurn": 1 + 1 + 10 + 1 + 2 + 0 + 1,
    "RetryAmplification": 1 + 1 + 5 + 1 + 2 + 0 + 1,
    "BreakerOpen": 1 + 1 + 5 + 1 + 0 + 0 + 1,
    "BridgeSaturated": 1 + 1 + 5 + 1 + 8 + 0 + 1,
    "ScrapeLost": 1 + 1 + 0 + 1 + 3 + 0 + 1,
    "SeriesAbsent": 1 + 1 + 5 + 1 + 0 + 0 + 1,
}
EACH_FIVE: dict[str, float] = {
    "GoodputLowNaive": 5 + 5 + 25 + 1 + 10 + 0 + 1,
    "GoodputLow": 5 + 5 + 25 + 1 + 10 + 0 + 1,
    "ErrorBudgetBurn": 5 + 5 + 10 + 1 + 10 + 0 + 1,
    "RetryAmplification": 5 + 5 + 25 + 1 + 10 + 0 + 1,
    "BreakerOpen": 5 + 5 + 25 + 1 + 0 + 0 + 1,
    "BridgeSaturated": 5 + 5 + 25 + 1 + 40 + 0 + 1,
    "ScrapeLost": 5 + 5 + 0 + 1 + 15 + 0 + 1,
    "SeriesAbsent": 5 + 5 + 25 + 1 + 0 + 0 + 1,
}
SENT_S = 0.5  # an agent's batch


def planes(folder: Path, mode: str = "same-listener") -> tuple[PlaneConfig, PlaneConfig]:
    shared, ops = load_planes(folder, mode, ROLES)
    return shared, ops


def refusal(folder: Path, mode: str = "same-listener") -> MonitoringError:
    with pytest.raises(MonitoringError) as caught:
        load_planes(folder, mode, ROLES)
    return caught.value


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("mode", modes(FOLDER))
@pytest.mark.slow
def test_the_ops_plane_is_the_same_in_every_mode(mode: str) -> None:
    _, ops = planes(FOLDER, mode)
    assert ops == PlaneConfig(
        plane="ops",
        mode=mode,
        service="prometheus-ops",
        alertmanager="alertmanager-ops",
        agent=None,
        scrape_interval_s=1.0,
        scrape_timeout_s=1.0,
        window_s=5.0,
        targets=("edge", "storefront", "canary", "oncall"),
        bounds_s=EACH_SECOND,
    )


@pytest.mark.parametrize("mode", FAST)
@pytest.mark.slow
def test_the_shared_plane_promises_the_same_over_every_way(mode: str) -> None:
    shared, _ = planes(FOLDER, mode)
    assert (shared.plane, shared.service, shared.alertmanager, shared.agent) == (
        "shared", "prometheus-shared", "alertmanager-shared", None,
    )  # fmt: skip
    assert shared.targets == ("edge", "storefront", "canary")
    assert (shared.scrape_interval_s, shared.scrape_timeout_s, shared.window_s) == (1.0, 1.0, 5.0)
    assert shared.bounds_s == EACH_SECOND


@pytest.mark.slow
def test_slow_scrapes_take_longer() -> None:
    shared, _ = planes(FOLDER, "slow-scrape")
    assert (shared.scrape_interval_s, shared.scrape_timeout_s, shared.window_s) == (5.0, 5.0, 25.0)
    assert shared.bounds_s == EACH_FIVE


@pytest.mark.slow
def test_an_agents_intervals_count_and_its_batches(folder: Path) -> None:
    """What the plane itself scrapes does not matter for main."""
    shared, _ = planes(FOLDER, "agent")
    assert (shared.agent, shared.targets) == ("prometheus-agent", ("edge", "storefront", "canary"))
    assert shared.bounds_s == {alert: bound_s + SENT_S for alert, bound_s in EACH_SECOND.items()}
    change(folder / "agent" / "agent.yaml", "scrape_interval: 1s", "scrape_interval: 2s")
    slower, _ = planes(folder, "agent")
    assert (slower.scrape_interval_s, slower.window_s) == (2.0, 10.0)
    assert slower.bounds_s["GoodputLow"] == EACH_SECOND["GoodputLow"] + SENT_S + 1


def test_the_burns_bound_follows_from_its_threshold() -> None:
    """14.4 % of 60 s must fail; that short window has its share long before."""
    text = (FOLDER / "rules.yaml").read_text()
    assert "edge:budget_burn:short > 14.4 and edge:budget_burn:long > 14.4" in text
    assert "[60s]" in text
    assert duration_s("10s") > 14.4 * 0.01 * 60


@pytest.mark.parametrize(
    ("file", "old", "new", "by_s"),
    [
        ("ops/alertmanager.yaml", "group_wait: 0s", "group_wait: 3s", 3.0),
        ("ops/alertmanager.yaml", "  group_wait: 0s\n", "", 30.0),
        ("ops/alertmanager.yaml", "      repeat_interval: 4s", "      group_wait: 4s", 4.0),
        ("ops/prometheus.yaml", "scrape_timeout: 1s", "scrape_timeout: 500ms", -0.5),
        ("ops/prometheus.yaml", "evaluation_interval: 1s", "evaluation_interval: 2s", 1.0),
        ("ops/prometheus.yaml", "evaluation_interval: 1s", "evaluation_interval: 3s", 3.0),
        ("rules.yaml", "  - name: goodput\n", "  - name: goodput\n    interval: 4s\n", 5.0),
        (
            "rules.yaml",
            "        for: 2s\n        keep_firing",
            "        for: 1m30s\n        keep_firing",
            88.0,
        ),
        ("rules.yaml", 'lab_served_total{service="edge"}[5s]', 'lab_served_total{service="edge"}[7s]', 2.0),
        ("rules.yaml", 'lab_served_total{service="edge"}[5s]', 'lab_served_total{service="[9s]"}[5s]', 0.0),
        # Recorded in a group of its own: one more evaluation.
        ("rules.yaml", "      # The trap.\n", "  - name: own\n    rules:\n", 1.0),
        # Over what was recorded: that range has to fill as well.
        (
            "rules.yaml",
            "        expr: edge:goodput:ratio < 0.9 and edge:requests:rate > 20\n        for: 2s\n        keep",
            "        expr: max_over_time(edge:goodput:ratio[3s]) < 0.9\n        for: 2s\n        keep",
            3.0,
        ),
        # Read by itself: no end of it, unless it is left out.
        (
            "rules.yaml",
            "expr: edge:goodput:rate /",
            "expr: edge:goodput:ratio * 0 + edge:goodput:rate /",
            0.0,
        ),
    ],
)
@pytest.mark.slow
def test_a_bound_follows_what_the_files_say(folder: Path, file: str, old: str, new: str, by_s: float) -> None:
    """Here GoodputLow's; `for` is rounded up to evaluations."""
    change(folder / file, old, new)
    _, ops = planes(folder)
    assert ops.bounds_s["GoodputLow"] == pytest.approx(EACH_SECOND["GoodputLow"] + by_s)


@pytest.mark.slow
def test_of_two_alerts_of_a_name_the_slower_one_counts(folder: Path) -> None:
    change(folder / "rules.yaml", "alert: GoodputLowNaive", "alert: SeriesAbsent")
    _, ops = planes(folder)
    assert ops.bounds_s["SeriesAbsent"] == EACH_SECOND["GoodputLowNaive"]


def test_a_mode_that_is_none_is_named_with_those_there_are(folder: Path) -> None:
    assert refusal(folder, "other").remedy == f"Take one of: {', '.join(modes(folder))}"
    assert "restore" in refusal(folder / "agent", "agent").remedy


@pytest.mark.parametrize(
    "file", ["same-listener/prometheus.yaml", "ops/prometheus.yaml", "ops/alertmanager.yaml"]
)
@pytest.mark.slow
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    error = refusal(folder)
    assert (error.file, error.line) == (folder / file, None)
    assert str(error) == f"{folder / file}: there is no such file. Restore it from git"


@pytest.mark.parametrize(
    ("file", "old", "new", "shown"),
    [
        ("ops/prometheus.yaml", "scrape_timeout: 1s", "scrape_interval: 1s", "not valid YAML"),
        ("ops/prometheus.yaml", "interval: 1s", "interval: 1 s", "`1 s` is no duration of Prometheus"),
        ("ops/prometheus.yaml", "interval: 1s", "interval: [1s]", "is no duration"),
        ("ops/prometheus.yaml", "../rules.yaml", "../rulez.yaml", "rulez.yaml, which is missing"),
        ("ops/prometheus.yaml", "rule_files: [../rules.yaml]", "rule_files: x", "is no list"),
        ("ops/prometheus.yaml", "labels: {service: edge, ", "labels: {", "labels.service` is missing"),
        ("ops/prometheus.yaml", "labels: {service: edge, network: main}", "labels: main", "is no mapping"),
        ("rules.yaml", "for: 2s", "for: soon", "`soon` is no duration of Prometheus"),
        ("rules.yaml", '"edge"}[5s]', '"edge"}[5 sec]', "`5 sec` is no duration of Prometheus"),
        ("rules.yaml", "alert: GoodputLowNaive", "alarm: x", "`groups[0].rules[3].alert` is missing"),
        ("ops/alertmanager.yaml", "group_wait: 0s", "group_wait: -1s", "is no duration"),
    ],
)
@pytest.mark.slow
def test_an_error_names_file_line_and_remedy(folder: Path, file: str, old: str, new: str, shown: str) -> None:
    """The line is the one that was spoilt."""
    place = (folder / file).read_text().index(old)
    change(folder / file, old, new)
    error = refusal(folder)
    assert (error.file, error.line) == (folder / file, (folder / file).read_text()[:place].count("\n") + 1)
    assert shown in error.cause
    assert error.remedy


def test_broken_syntax_is_told_with_its_line(folder: Path) -> None:
    (folder / "rules.yaml").write_text("groups:\n  - name: [\n")
    error = refusal(folder)
    assert (error.file, error.line) == (folder / "rules.yaml", 3)
    assert error.cause.startswith("this is not valid YAML")


@pytest.mark.slow
def test_a_rule_file_without_groups_is_refused(folder: Path) -> None:
    change(folder / "rules.yaml", "groups:", "groupz:")
    error = refusal(folder)
    assert (error.file, error.cause) == (folder / "rules.yaml", "this rule file has no `groups`")


@pytest.mark.slow
def test_a_plane_that_scrapes_nothing_in_main_is_refused(folder: Path) -> None:
    file = folder / "ops" / "prometheus.yaml"
    file.write_text(file.read_text().replace("network: main", "network: elsewhere"))
    error = refusal(folder)
    assert "no job scrapes anything in main" in error.cause
    assert error.line == file.read_text().splitlines().index("scrape_configs:") + 1
    assert "network: main" in error.remedy


@pytest.mark.parametrize("text", ["", "- a list\n", "just text\n"])
def test_a_file_without_keys_is_refused(folder: Path, text: str) -> None:
    (folder / "ops" / "prometheus.yaml").write_text(text)
    assert "the file has no keys" in refusal(folder).cause


@pytest.mark.slow
def test_a_file_that_is_no_text_or_no_file_is_refused(folder: Path) -> None:
    file = folder / "ops" / "prometheus.yaml"
    file.write_bytes(b"\xff\xfe")
    assert "can't be read" in refusal(folder).cause
    file.unlink()
    os.mkdir(file)  # noqa: PTH102 - to be refused
    assert "can't be read" in refusal(folder).cause


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Nothing but a MonitoringError ever comes out of a bad file."""
    file = tmp_path_factory.mktemp("t") / "prometheus.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with suppress(MonitoringError):
        read(file)


@pytest.mark.parametrize(
    ("text", "expected_s"),
    [("0", 0.0), (0, 0.0), ("500ms", 0.5), ("1s", 1.0), ("1m30s", 90.0), ("1h", 3600.0), ("1d2h", 93_600.0)],
)
def test_durations_as_prometheus_has_them(text: object, expected_s: float) -> None:
    assert duration_s(text) == expected_s


@pytest.mark.parametrize("text", ["", "1", "1.5s", "s", "-1s", "1s1m", "1 s", "1s ", None, "٣s"])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="is no duration of Prometheus"):
        duration_s(text)


@pytest.mark.slow
def test_the_page_has_every_bound() -> None:
    """The table in docs/explanation/monitoring.md, cell for cell."""
    rows = [
        line.strip("| \n").split(" | ") for line in DOCS.read_text().splitlines() if line.startswith("| `")
    ]
    found = {row[0].strip("`"): row[-3:] for row in rows if row[0].strip("`") in EACH_SECOND}
    fast, agent, slow = (
        planes(FOLDER, mode)[0].bounds_s for mode in ("same-listener", "agent", "slow-scrape")
    )
    assert found == {alert: [f"{bounds[alert]:g} s" for bounds in (fast, agent, slow)] for alert in fast}


@pytest.mark.slow
def test_what_the_files_leave_out_is_as_the_programs_have_it(folder: Path) -> None:
    """Prometheus: each minute with 10 s to answer; Alertmanager waits 30 s."""
    file = folder / "ops" / "prometheus.yaml"
    text = file.read_text()
    file.write_text(text[: text.index("global:")] + text[text.index("scrape_configs:") :])
    (folder / "ops" / "alertmanager.yaml").write_text("receivers: []\n")
    _, ops = planes(folder)
    assert (ops.scrape_interval_s, ops.scrape_timeout_s) == (60.0, 10.0)
    assert ops.bounds_s["ScrapeLost"] == 60 + 10 + 0 + 60 + 60 + 30 + 1


@pytest.mark.slow
def test_a_query_is_asked_over_the_planes_window() -> None:
    shared, _ = planes(FOLDER, "slow-scrape")
    assert (
        query_text("goodput", shared.window_s, "edge", "storefront")
        == 'sum(rate(lab_served_total{service="edge"}[25000ms]))'
    )

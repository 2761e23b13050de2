"""A drill file becomes a typed, frozen Drill."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from lab.drillfile import Drill, DrillError, find_drill, load_drill, make
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import Known, known

Parse = Callable[[str], Drill]


def test_the_whole_drill_is_read(parse: Parse, source: str) -> None:
    """Every section of retry-storm arrives with its units turned into the lab's own."""
    drill = parse(source)
    assert drill.name == "x"
    assert drill.load.rate_rps == 100
    assert (drill.load.give_up_s, drill.load.slo_s, drill.bridge.queue_s) == (5, 2, 3.4)
    assert drill.configuration == {
        "storefront": {"policy": "immediate(retries=3)", "timeout_s": 1.0, "connections": "new"}
    }
    assert [(phase.name, phase.planned_s) for phase in drill.phases][:2] == [
        ("baseline", 10),
        ("trigger", 10),
    ]
    slow, guard = drill.method
    assert (slow.when, slow.phase, slow.kind, slow.what, slow.target) == (
        "during", "trigger", "fault", "latency", "bridge",
    )  # fmt: skip
    assert slow.params["latency_ms"] == 3000
    assert (guard.when, guard.kind, guard.params) == ("from", "mitigation", {"policy": "budget + breaker"})
    assert drill.text == source


def test_conditions_are_in_the_metrics_own_units(parse: Parse, source: str) -> None:
    """Shares become 0..1, durations the metric's unit, and windows seconds."""
    drill = parse(source)
    amplified, stuck, recovers = (expectation.condition for expectation in drill.expect)
    assert (amplified.stat, amplified.op, amplified.value, amplified.during) == (
        "max",
        ">=",
        3.5,
        "aftermath",
    )
    assert (stuck.last_s, stuck.value, stuck.of) == (10, 0.05, "offered")
    assert (recovers.since, recovers.value) == ("mitigation", 30)
    idle, elapsed = drill.abort_if
    assert (idle.for_s, idle.value, elapsed.value) == (5, 0.02, 150)
    assert drill.steady_state is not None
    assert {probe.during for probe in drill.steady_state.probes} == {"baseline"}


def test_a_url_that_must_stay_healthy_is_a_condition_like_any_other(parse: Parse, source: str) -> None:
    """The one model: a metric, a comparison, how long; and whose answers it is about."""
    written = "abort-if:\n  - {url: 'https://shop.example/health?deep=1', for: 3 s}\n  - {url: 'http://127.0.0.1'}\n#"
    drill = parse(source.replace("abort-if:", written, 1))
    patient, plain = drill.abort_if[:2]
    assert (patient.metric, patient.op, patient.value, patient.for_s) == ("url_failing", "==", 1.0, 3.0)
    assert patient.url == "https://shop.example/health?deep=1"
    assert str(patient) == "https://shop.example/health?deep=1 failing for 3 s"
    assert (plain.url, plain.for_s) == ("http://127.0.0.1", None)
    assert Drill.model_validate(drill.resolved()) == drill


@pytest.mark.slow
def test_a_condition_about_a_plane_names_it(parse: Parse, source: str) -> None:
    """Over a window or over the run; it reads as one says it, and the journal carries it."""
    watched = source.replace("seed: 7", "seed: 7\nmonitoring: same-listener")
    kept = '{name: dark, metric: scrape_success_ratio, plane: shared, during: aftermath, is: "< 20 %"}'
    told = '{name: told, metric: detected_within_bound, plane: ops, is: "true"}'
    drill = parse(watched.replace("abort-if:", f"  - {kept}\n  - {told}\nabort-if:", 1))
    assert drill.monitoring == "same-listener"
    dark, in_time = (expectation.condition for expectation in drill.expect[-2:])
    assert (dark.plane, dark.value, dark.during) == ("shared", 0.2, "aftermath")
    assert str(dark) == "scrape_success_ratio of shared during aftermath < 20 %"
    assert (in_time.plane, in_time.value, str(in_time)) == ("ops", 1.0, "detected_within_bound of ops true")
    assert Drill.model_validate(drill.resolved()) == drill
    assert parse(source).monitoring is None


def test_the_old_name_of_a_metric_is_read_and_one_line_names_the_new_one(parse: Parse, source: str) -> None:
    """A drill of the old vocabulary runs as ever; its journal has the new name, the remark stays with the caller."""
    old = '{name: many wait, metric: backlog, during: aftermath, is: "> 10"}'
    drill = parse(source.replace("abort-if:", f"  - {old}\nabort-if:", 1))
    assert drill.expect[-1].condition.metric == "accept_queue"
    (note,) = drill.notes
    line = source[: source.index("abort-if:")].count("\n") + 1
    assert note.endswith("`backlog` is now called `accept_queue`; the old name is still read")
    assert f":{line}: expect[4].metric: " in note
    assert "notes" not in drill.resolved()
    assert parse(source).notes == ()


@pytest.mark.parametrize(
    ("metric", "written", "value"),
    [("latency_p99", "<= 0.25 s", 250.0), ("goodput", ">= 90 /s", 90.0), ("memory_free", "> 200 MB", 2e8),
     ("stuck", "true", 1.0), ("queue_depth", "< 10", 10.0)],
)  # fmt: skip
def test_each_unit_has_its_comparison(
    parse: Parse, source: str, metric: str, written: str, value: float
) -> None:
    """A comparison is read in the unit of the metric it is about."""
    line = f'  - {{name: more, metric: {metric}, is: "{written}"}}\nabort-if:'
    assert parse(source.replace("abort-if:", line)).expect[-1].condition.value == value


def test_the_journal_carries_the_drill(parse: Parse, source: str) -> None:
    """What ``resolved`` gives is plain data from which the same drill is made again."""
    drill = parse(source)
    assert Drill.model_validate(drill.resolved()) == drill


def test_a_drill_is_frozen_and_overrides_make_another(parse: Parse, source: str) -> None:
    """``--seed`` and ``--rate`` leave the drill that was read alone."""
    drill = parse(source)
    with pytest.raises(ValidationError):
        drill.seed = 8  # type: ignore[misc]
    other = drill.with_overrides(seed=8, rate_rps=50, monitoring="agent")
    assert (other.seed, other.load.rate_rps, drill.seed, drill.load.rate_rps) == (8, 50, 7, 100)
    assert (other.monitoring, drill.monitoring) == ("agent", None)
    assert other.with_overrides(seed=9).monitoring == "agent"


def test_steps_are_found_by_their_phase(parse: Parse, source: str) -> None:
    """The runner asks which steps begin with a phase."""
    drill = parse(source)
    assert [step.name for step in drill.steps("trigger", "during")] == ["slow-bridge"]
    assert drill.steps("trigger", "from") == ()


def test_a_step_makes_the_fault_it_names(parse: Parse, source: str, world: Known) -> None:
    """Name, target and parameters arrive in the registry's model."""
    fault = make(parse(source).method[0], world)
    assert (fault.name, fault.target, vars(fault)["latency_ms"]) == ("slow-bridge", "bridge", 3000)


def test_a_change_of_the_load_is_a_step_of_its_own_kind(parse: Parse, source: str) -> None:
    """``load: surge`` needs no target: there is one load."""
    surge = "  - {name: more, during: trigger, load: surge, factor: 3}\nexpect:"
    step = parse(source.replace("expect:", surge)).method[-1]
    assert (step.kind, step.target, step.params) == ("load", "load", {"factor": 3.0})


def test_rollbacks_have_no_phase(parse: Parse, source: str) -> None:
    """What is done in addition to the ledger at the end is written without a phase."""
    text = source.replace(
        "rollbacks: []", "rollbacks: [{name: calm, mitigation: policy, target: storefront, policy: none}]"
    )
    assert [step.name for step in parse(text).rollbacks] == ["calm"]


def test_drills_are_found_by_name_or_path(tmp_path: Path) -> None:
    """A name is looked up in the folder, a path is taken as it is."""
    file = tmp_path / "smoke.yaml"
    file.write_text("")
    assert find_drill("smoke", tmp_path) == file
    assert find_drill(str(file), Path("/nowhere")) == file


def test_an_unknown_drill_offers_the_nearest(tmp_path: Path) -> None:
    """A misspelt name says which one was probably meant."""
    (tmp_path / "retry-storm.yaml").write_text("")
    with pytest.raises(DrillError, match=r"unknown drill `retry-strom`.*did you mean `retry-storm`\?"):
        find_drill("retry-strom", tmp_path)


@pytest.mark.parametrize("name", ["x.yaml", "a/b", "\0.yaml"])
def test_a_drill_file_that_is_not_there_is_a_drill_error(tmp_path: Path, name: str, world: Known) -> None:
    """Missing files, folders and impossible names are told in words."""
    with pytest.raises(DrillError):
        load_drill(tmp_path / name, world)
    with pytest.raises(DrillError):
        load_drill(tmp_path, world)


def test_a_policy_may_be_a_list(parse: Parse, source: str) -> None:
    """In the configuration and in a step alike it becomes the policy's text."""
    text = source.replace('policy: "immediate(retries=3)"', "policy: [budget, breaker]").replace(
        "policy: budget + breaker", "policy: [budget, breaker]"
    )
    assert text.count("[budget, breaker]") == 2
    drill = parse(text)
    assert drill.configuration["storefront"]["policy"] == "budget + breaker"
    assert "budget + breaker" in [step.params.get("policy") for step in drill.method]


@pytest.mark.slow
def test_the_labs_own_policies_may_be_a_document(source: str) -> None:
    """Parameters and all; what is wrong with one is said with its line."""
    good = "policy: [{budget: {ratio: 10%}}, breaker, {full-jitter: {base: 100 ms}}]"
    text = source.replace("policy: budget + breaker", good)
    drill = parse_drill(text.encode(), "x.yaml", known())
    assert "budget(ratio=10%) + breaker + full-jitter(base=100 ms)" in [
        step.params.get("policy") for step in drill.method
    ]
    with pytest.raises(
        DrillError, match=r"policy: unknown parameter of budget 'ratios'; did you mean 'ratio'"
    ):
        parse_drill(text.replace("ratio:", "ratios:").encode(), "x.yaml", known())

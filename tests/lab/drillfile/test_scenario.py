"""Scenarios of game days. Tests lab.drillfile: scenario, read_scenario, causes, and their JSON schema."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from lab.campaign import open_drill
from lab.drillfile import DrillError, known
from lab.drillfile.causes import KINDS, Cause, parse_cause
from lab.drillfile.json_schema import scenario_schema
from lab.drillfile.read_scenario import load_scenario
from lab.drillfile.scenario import MOST_SCRIPTED_S, Scenario
from lab.session import known_modes, known_services
from tests.checkout import ROOT

SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
SCENARIO = """\
version: 1
title: A day
warning: Customers may wait.
difficulty: 2
minutes: 10
lab: {drill: operators, rate: 50 /s, headroom: 2, eyes: [lab], configuration: {streaming: {policy: immediate}}}
users: {shop: 700, streaming: 300}
sealed:
  steps:
    - {name: worn, at: 2 min, for: 5 min, scripted: {at: 4 s, for: 20 s}, fault: capacity, target: bridge, share: 30 %}
  twists:
    - {at: 30 s, say: Is the pager silent?}
    - {name: helpful, at: 1 min, mitigation: policy, target: streaming, policy: none, say: A colleague helps.}
  hints: [{text: Look., costs: 1 min}]
  cause: [capacity of bridge, latency of bridge]
  victory: {within: 20 s, again: 10 s, envelope: {auth: {queue_limit: 2000}}}
"""


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "day.yaml"
    path.write_text(text)
    return load_scenario(path, known(known_services(), known_modes()), open_drill)


@pytest.mark.slow
def test_a_scenario_is_a_drills_lab_without_what_the_drill_does(tmp_path: Path) -> None:
    """Rate, bridge and settings are replaced key by key; name, text and method of the drill are gone."""
    scenario = read(tmp_path, SCENARIO)
    drill = scenario.drill
    assert (drill.load.rate_rps, drill.bridge.headroom, drill.reserve) == (50, 2, True)
    assert drill.load.names == ("shop", "streaming")
    assert drill.configuration["streaming"] == {"policy": "immediate", "timeout_s": 1.0, "connections": "new"}
    assert drill.configuration["storefront"]["policy"] == "immediate(retries=3)"
    assert (drill.name, drill.method, drill.text, drill.description) == ("game-day", (), "", "")
    (step,) = scenario.steps
    assert (step.when("played").at_s, step.when("played").for_s) == (120, 300)
    assert (step.when("scripted").at_s, step.when("scripted").for_s) == (4, 20)
    assert step.step is not None
    assert (step.step.what, step.step.params) == ("capacity", {"share": 0.3})
    said, helpful = scenario.twists
    assert (said.step, said.say) == (None, "Is the pager silent?")
    assert helpful.step is not None
    assert [one.name for one in scenario.again()] == ["worn-again"]
    assert scenario.names == {"worn", "worn-again", "helpful"}
    assert scenario.causes[0] == Cause(kind="capacity", target="bridge")
    assert Scenario.model_validate(scenario.resolved()) == scenario


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        (
            "fault: capacity",
            "fault: capasity",
            "day.yaml:10: .*fault: unknown fault `capasity`; did you mean `capacity`?",
        ),
        ("at: 2 min", "att: 2 min", "day.yaml:10: .*unknown key"),
        ("at: 2 min, ", "", "day.yaml:10: .*key is missing: `at`"),
        (
            "capacity of bridge",
            "capacity of brigde",
            "day.yaml:15: .*unknown target `brigde`; did you mean `bridge`?",
        ),
        ("capacity of bridge", "capacity", "day.yaml:15: .*with whom is missing"),
        ("[capacity of bridge, latency of bridge]", "nothing", "only there"),
        ("scripted: {at: 4 s, for: 20 s}, ", "", "its scripted pace takes 511 s; 180 s at most"),
        ("drill: operators", "drill: operatos", "day.yaml:6: lab.drill: unknown drill `operatos`"),
        ("shop: 700", "shopp: 700", "users.*unknown key"),
        ("within: 20 s, ", "", "victory: key is missing: `within`"),
        ("eyes: [lab]", "eyes: [ops]", "no plane watches here"),
        ("difficulty: 2", "difficulty: 9", "day.yaml:4: difficulty: must be a whole number from 1 to 5"),
        ("name: helpful", "name: worn", "the name `worn` is used"),
        ("title: A day\n", "", "key is missing: `title`"),
        ("at: 2 min", "at: 90 min", "what comes at 5400 s comes after the game's"),
    ],
)
@pytest.mark.slow
def test_what_is_wrong_is_named_with_its_line_and_key(
    tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    """And the nearest valid word, as for a drill."""
    assert wrong in SCENARIO
    with pytest.raises(DrillError) as refused:
        read(tmp_path, SCENARIO.replace(wrong, right, 1))
    assert re.search(said.replace("?", r"\?"), str(refused.value)), str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_that_comes_with_the_lab_is_valid_and_gives_nothing_away(path: Path) -> None:
    """Within three minutes where it is scripted; neither title nor warning name its steps or its cause."""
    scenario = load_scenario(path, known(known_services(), known_modes()), open_drill)
    assert scenario.scripted_s() <= MOST_SCRIPTED_S
    outside = f"{scenario.title} {scenario.warning}".lower()
    secrets = {*scenario.names, *(cause.kind for cause in scenario.causes)} - {"nothing"}
    secrets |= {one.step.what for one in scenario.steps if one.step is not None}
    assert not [secret for secret in secrets if secret in outside]
    page = path.with_suffix(".md").read_text()
    assert all(str(cause.kind) in page for cause in scenario.causes[:1]), (
        "the facilitator's page says the cause"
    )
    assert all(name in page for name in scenario.names if not name.endswith("-again"))


def test_there_are_more_causes_than_scenarios() -> None:
    """So that the list gives nothing away."""
    assert len(KINDS) > len(SHIPPED)


def test_a_cause_reads_as_it_is_written() -> None:
    """With any spaces; `nothing` has no target."""
    assert str(parse_cause(" latency  of bridge ", None)) == "latency of bridge"
    assert parse_cause("nothing", {"bridge"}) == Cause(kind="nothing")
    for wrong in ("nothing of bridge", "latenzy of bridge", "latency of nowhere", "latency"):
        with pytest.raises(DrillError):
            parse_cause(wrong, {"bridge"})


def _document(text: str) -> Any:  # noqa: ANN401  YAML
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.slow
def test_the_schema_takes_what_the_reader_takes() -> None:
    """Every scenario of the lab and the one above; it refuses a misspelt key, and a step without its time."""
    validator = Draft202012Validator(scenario_schema(known(known_services(), known_modes())))
    for text in (SCENARIO, *(path.read_text() for path in SHIPPED)):
        validator.validate(_document(text))
    for wrong, right in (("hints:", "hint:"), ("at: 2 min, ", ""), ("capacity of bridge", "capacity")):
        assert not validator.is_valid(_document(SCENARIO.replace(wrong, right, 1))), wrong

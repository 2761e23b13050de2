"""``library`` and ``library_timeout`` under ``configuration``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chaos.target_resolver import Ability
from lab.drillfile import Drill, DrillError, load_drill
from lab.drillfile.library import OWN
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import known
from lab.drillfile.setting_kinds import setting_keys
from lab.drillfile.setting_rules import rules_of
from lab.session import requirements
from lab.session.requirements import UnsupportedDrillError, require_abilities
from services.libraries import LibraryError, validate
from services.libraries.library_settings import OWN as OF_THE_SERVICE

if TYPE_CHECKING:
    from lab.drillfile.registries import Known
    from lab.runtime.base import Runtime

DRILLS = Path(__file__).parents[3] / "drills"
SAID = 'storefront: {policy: "immediate(retries=3)", timeout: 1 s, connections: new}'


def parse(world: Known, source: str, settings: str) -> Drill:
    """The drill with these settings of storefront."""
    assert SAID in source
    text = source.replace(SAID, f"storefront: {{{settings}}}")
    return parse_drill(text.encode(), "drills/x.yaml", replace(world, check_library=validate))


@pytest.mark.parametrize(
    ("settings", "read"),
    [
        ("library: httpx", {"library": "httpx"}),
        ("library: httpx, library_timeout: default", {"library": "httpx", "library_timeout_s": "default"}),
        (
            "library: botocore-legacy, library_timeout: 1 s",
            {"library": "botocore-legacy", "library_timeout_s": 1.0},
        ),
        ("library: lab, timeout: 1 s", {"library": "lab", "timeout_s": 1.0}),
    ],
)
def test_a_library_is_read(world: Known, source: str, settings: str, read: dict[str, object]) -> None:
    """In the service's own names; a timeout is a duration, or the library's default."""
    assert parse(world, source, settings).configuration["storefront"] == read


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("library: request", "unknown library 'request'; did you mean 'requests'"),
        ("library: httpx, library_timeout: 1", "library_timeout"),
        ("library: httpx, library_timeout: 0 s", "must be more than 0"),
        ("library_timeout: 1 s", "is for a client library; say which"),
        ("library: httpx, policy: none", "is for the lab's own client, and here httpx makes the calls"),
        ("library: httpx, timeout: 1 s", "is for the lab's own client"),
        ("library: httpx, connections: pooled", "is for the lab's own client"),
    ],
)
def test_what_can_not_be_is_refused(world: Known, source: str, settings: str, said: str) -> None:
    """Unknown names with the nearest; keys that would do nothing beside a library, or without one."""
    with pytest.raises(DrillError) as refused:
        parse(world, source, settings)
    assert said in str(refused.value)


WITH_STEP = """\
version: 1
title: Someone helps
load:   {target: edge, rate: 100 /s, streaming: 30 %}
bridge: {headroom: 1.5}
reserve: true
configuration:
  storefront: {library: httpx, cancel_abandoned: true}
phases: {baseline: 3 s, trigger: 3 s}
SECTION:
  - {name: help, WHEN STEP}
expect:
  - {name: served, metric: goodput, is: "> 0 /s"}
"""


def with_step(step: str, section: str = "method") -> str:
    """A drill in which httpx makes storefront's calls, and this is done."""
    when = "from: trigger," if section == "method" else ""
    return WITH_STEP.replace("SECTION", section).replace("WHEN", when).replace("STEP", step)


@pytest.mark.parametrize("section", ["method", "rollbacks"])
@pytest.mark.parametrize(
    "mitigation", ["policy, policy: budget", "pooling", "pooling, pool_limit: 8", "second-bridge", "isolate"]
)
def test_what_is_for_the_labs_own_client_is_refused_where_a_library_calls(
    mitigation: str, section: str
) -> None:
    """It would be read back and do nothing; the error has the step's line. Aimed at another client it is taken."""
    text = with_step(f"mitigation: {mitigation}, target: storefront", section)
    with pytest.raises(DrillError) as refused:
        parse_drill(text.encode(), "drills/x.yaml", known())
    assert str(refused.value) == (
        f"drills/x.yaml:10: {section}[1].mitigation: "
        "is for the lab's own client, and httpx makes the calls of storefront"
    )
    for other in (("library: httpx", "library: lab"), ("target: storefront", "target: streaming")):
        assert parse_drill(text.replace(*other).encode(), "drills/x.yaml", known())


@pytest.mark.parametrize(
    "step",
    [
        "fault: unavailable, target: storefront, share: 50 %",
        "mitigation: policy, target: edge, policy: none",
    ],
)
def test_what_does_something_beside_a_library_is_taken(step: str) -> None:
    """Settings of the service itself, and another service's retries."""
    assert parse_drill(with_step(step).encode(), "drills/x.yaml", known()).method[0].name == "help"


def test_the_keys_of_the_labs_own_client_are_those_of_the_service() -> None:
    """What a drill refuses beside a library is what the service refuses."""
    keys = setting_keys(rules_of("services.storefront"))
    assert {keys[key].name for key in OWN} == OF_THE_SERVICE


class Here:
    """A runtime, as far as abilities go."""

    name = "here"

    def __init__(self, *abilities: Ability) -> None:
        self.abilities = frozenset(abilities)


def test_a_library_that_is_not_there_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where services run with the lab's own Python; an image has what it was built with."""

    def missing(name: str) -> None:
        raise LibraryError(f"the library {name!r} needs httpx: install the extra `libraries`")

    monkeypatch.setattr(requirements, "check_installed", missing)
    drill = load_drill(DRILLS / "library.yaml")
    here, image = Here(Ability.OWN_PYTHON), Here()
    with pytest.raises(UnsupportedDrillError, match=r"storefront in drill library: .* install the extra"):
        require_abilities(drill, _runtime(here))
    require_abilities(drill, _runtime(image))


def _runtime(here: Here) -> Runtime:
    return here  # type: ignore[return-value]  # only its abilities are asked for

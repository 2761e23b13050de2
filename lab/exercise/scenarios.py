"""The scenarios that come with the lab, and the user's own, by name or by file; one of them by a seed."""

import random
from pathlib import Path

from lab import resources
from lab.campaign import open_drill
from lab.drillfile import find_drill, known
from lab.drillfile.read_scenario import load_scenario
from lab.drillfile.scenario import Scenario
from lab.session import known_modes, known_services


def open_scenario(name: str) -> Scenario:
    """A scenario by its name or its path, validated against what the lab's topology has.

    Raises:
        DrillError: there is none of this name, or something is wrong in its file.
    """
    return _read(find_drill(name, resources.scenarios(), "scenario"))


def all_scenarios() -> list[Scenario]:
    """The scenarios that come with the lab, easy ones first."""
    found = (_read(path) for path in sorted(resources.scenarios().glob("*.yaml")))
    return sorted(found, key=lambda one: (one.difficulty, one.name))


def drawn(seed: int) -> Scenario:
    """One of the lab's scenarios: the same seed draws the same one."""
    names = sorted(path.stem for path in resources.scenarios().glob("*.yaml"))
    return open_scenario(random.Random(seed).choice(names))  # noqa: S311  a game is drawn, no secret is made


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """The same scenario with another seed of its load: the same arrivals whenever it is played with that seed."""
    return scenario.model_copy(update={"drill": scenario.drill.with_overrides(seed=seed)})


def _read(path: Path) -> Scenario:
    return load_scenario(path, known(known_services(), known_modes()), open_drill)

"""Whoever calls the lab can catch everything that it raises by one name. Tests chaos.lab_error."""

import inspect
import pkgutil
from collections.abc import Callable
from functools import partial
from importlib import import_module

import pytest

import chaos
import lab
from lab.cli.output import OutputLostError
from lab.units import UnitError

ELSEWHERE = {OutputLostError, UnitError}
"""What never leaves a command's output, and a quantity's parser, whose callers name file and line instead."""


def own_errors() -> set[type[Exception]]:
    """Every exception class that the two packages define."""
    found = set()
    for package in (chaos, lab):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            classes = inspect.getmembers(import_module(module.name), inspect.isclass)
            found |= {
                one for _, one in classes if issubclass(one, Exception) and one.__module__ == module.name
            }
    return found


@pytest.mark.slow
def test_every_error_of_the_lab_is_a_lab_error() -> None:
    """A new one that forgets it would pass by who catches them all."""
    found = own_errors()
    assert len(found) > 20
    assert {one.__name__ for one in found - ELSEWHERE if not issubclass(one, lab.LabError)} == set()


@pytest.mark.parametrize(
    "wrong",
    [partial(lab.run, "smokey"), partial(lab.open_lab, "smoke", runtime="moon")],
    ids=["run", "open_lab"],
)
@pytest.mark.slow
def test_a_wrong_call_is_one(wrong: Callable[[], object]) -> None:
    """Before anything starts."""
    with pytest.raises(lab.LabError, match=r"smokey|moon"):
        wrong()

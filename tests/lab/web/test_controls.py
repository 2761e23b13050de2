"""The controls come from the registries, with the bounds of their models. Tests lab.web.controls and .inputs."""

import shlex

import pytest

from chaos.faults import FAULTS
from chaos.mitigations import MITIGATIONS
from lab.drillfile import DrillError
from lab.session import known_services
from lab.web.controls import Control, command_of, controls, step_of

ROLES = known_services()
ALL = frozenset(role.service for role in ROLES.values())
ALWAYS = frozenset(role.service for role in ROLES.values() if role.when is None)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everything() -> dict[tuple[str, str], Control]:
    """Of a lab that has every service."""
    return {(one.kind, one.what): one for one in controls(ROLES, ALL)}


def test_every_fault_and_mitigation_is_there(everything: dict[tuple[str, str], Control]) -> None:
    """Whatever is registered, in the registry's order; nothing else."""
    registered = {(model.kind, name) for name, model in FAULTS.items()}
    registered |= {("mitigation", name) for name in MITIGATIONS}
    assert set(everything) == registered
    assert all(one.about for one in everything.values())


def test_each_is_accepted_as_it_stands(everything: dict[tuple[str, str], Control]) -> None:
    """What the form begins with is read without a problem, where it has all that is needed."""
    for (kind, what), one in everything.items():
        given = {i.key: f"{i.start}{i.unit}" for i in one.inputs if i.required and i.start}
        if all(i.start for i in one.inputs if i.required):
            for target in one.targets:
                assert step_of(kind, what, target, given, ROLES).target == target


def test_bounds_are_the_models(everything: dict[tuple[str, str], Control]) -> None:
    """A value at the bound is read; one beyond it is refused by the lab, not only by the page."""
    tried = 0
    for (kind, what), one in everything.items():
        others = {i.key: f"{i.start or 1}{i.unit}" for i in one.inputs if i.required and i.type == "number"}
        for i in one.inputs:
            if i.type != "number" or {j.type for j in one.inputs if j.required} - {"number"}:
                continue
            for bound, beyond in ((i.least, -1.0), (i.most, 1.0)):
                if bound is None or (bound == i.least and i.above_least):
                    continue
                step_of(kind, what, one.target, others | {i.key: f"{bound:.10g}{i.unit}"}, ROLES)
                with pytest.raises(DrillError):
                    step_of(kind, what, one.target, others | {i.key: f"{bound + beyond:.10g}{i.unit}"}, ROLES)
                tried += 1
    assert tried > 15


def test_a_throttle_is_a_slider_and_a_latency_is_typed(everything: dict[tuple[str, str], Control]) -> None:
    """Shares have both ends near; a latency has no end."""
    (share,) = everything["fault", "capacity"].inputs
    assert (share.slider, share.least, share.most, share.unit, share.bounds) == (
        True,
        1,
        99,
        "%",
        "1 to 99 %",
    )
    latency = next(one for one in everything["fault", "latency"].inputs if one.key == "latency")
    assert (latency.slider, latency.bounds, latency.start) == (False, "1 ms or more", "3000")
    factor = next(one for one in everything["load", "surge"].inputs if one.key == "factor")
    assert factor.bounds == "more than 0, 20 at most"


def test_what_this_lab_has_not_is_no_target() -> None:
    """No reserve, no mitigation that moves to it; policies for who calls others, and no one else."""
    found = {one.what: one for one in controls(ROLES, ALWAYS) if one.kind == "mitigation"}
    assert "isolate" not in found
    assert set(found["policy"].targets) <= ALWAYS
    assert found["policy"].target == ROLES.client
    assert found["shed"].targets == (ROLES.entrance,)
    latency = next(one for one in controls(ROLES, ALWAYS) if one.what == "latency")
    assert latency.targets == (ROLES.device,)


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        (
            ("fault", "latency", "bridge", {"latency": "3000ms"}),
            "lab fault add latency --target bridge latency=3000ms",
        ),
        (("load", "surge", "load", {"factor": "4"}), "lab fault add surge --target load factor=4"),
        (
            ("mitigation", "shed", "edge", {"admit_share": "60%"}),
            "lab mitigate shed --target edge admit_share=60%",
        ),
        (
            ("mitigation", "policy", "storefront", {"policy": "budget + breaker"}),
            "lab policy set storefront 'budget + breaker'",
        ),
    ],
)
def test_the_command_does_the_same(asked: tuple[str, str, str, dict[str, str]], command: str) -> None:
    """As the command line reads it."""
    kind, what, target, values = asked
    assert command_of(kind, what, target, values) == command
    words = shlex.split(command)
    given = [word for word in words if "=" in word]
    typed = dict(word.split("=", 1) for word in given) or {"policy": words[-1]}
    assert step_of(kind, what, target, typed, ROLES) == step_of(kind, what, target, values, ROLES)

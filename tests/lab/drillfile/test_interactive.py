"""A step as it is typed on the command line."""

import pytest

from lab.drillfile import DrillError, fault_of, read_step
from lab.session import known_services


@pytest.mark.parametrize(
    ("typed", "kind", "target"),
    [
        (("surge", {"factor": "2"}), "load", "load"),
        (("ramp", {"factor": "2", "over": "10s"}), "load", "load"),
        (("latency", {"latency": "300ms"}), "fault", "bridge"),
    ],
)
@pytest.mark.slow
def test_a_fault_goes_to_what_it_is_meant_for(
    typed: tuple[str, dict[str, str]], kind: str, target: str
) -> None:
    """The registry knows its kind and the model its target; only a fault that names none goes to the device."""
    what, values = typed
    found, asked = fault_of(what, None, known_services())
    step = read_step(found, what, asked, values, known_services())
    assert (step.kind, step.target) == (kind, target)


@pytest.mark.parametrize(
    ("kind", "what", "said"),
    [
        ("fault", "latency", "latency needs latency, like: latency=3000ms"),
        ("load", "ramp", "ramp needs factor and over, like: factor=2 over=10s"),
        ("mitigation", "shed", "shed needs admit_share, like: admit_share=98%"),
        ("automation", "grow", "grow needs deadline and clients, like: deadline=10s clients=2"),
    ],
)
def test_a_missing_parameter_is_said_as_it_is_typed(kind: str, what: str, said: str) -> None:
    """Not as a key of a file that was never written."""
    with pytest.raises(DrillError) as error:
        read_step(kind, what, "edge", {}, known_services())
    assert str(error.value) == said


def test_a_share_may_be_a_number() -> None:
    """As every line of output has it."""
    for typed in ("25%", "0.25"):
        step = read_step("fault", "capacity", "bridge", {"share": typed}, known_services())
        assert step.params["share"] == 0.25

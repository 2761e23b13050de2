"""What can be named, as it is listed."""

from chaos.automations import AUTOMATIONS
from chaos.faults import FAULTS
from chaos.mitigations import MITIGATIONS
from lab.drillfile import catalogue
from services.policies import REGISTRY


def test_everything_that_can_be_named_is_listed_with_what_it_does() -> None:
    """From the registries: what is added is listed without a word here."""
    for found, names in (
        (catalogue.faults(), FAULTS),
        (catalogue.mitigations(), MITIGATIONS),
        (catalogue.automations(), AUTOMATIONS),
        (catalogue.policies(), REGISTRY),
    ):
        assert [one.name for one in found] == list(names)
        assert all(one.what.endswith((".", ")")) and "\n" not in one.what for one in found)


def test_parameters_are_shown_as_they_are_typed() -> None:
    """What is needed as an example, the rest with its default."""
    latency = next(one for one in catalogue.faults() if one.name == "latency")
    assert latency.parameters["latency"] == "3000ms"
    assert latency.parameters["jitter"] == "(0 ms)"
    assert latency.what == "Hold all data back for latency +/- jitter, in one direction."
    shed = next(one for one in catalogue.mitigations() if one.name == "shed")
    assert (shed.parameters["admit_share"], shed.target) == ("98%", "edge")
    budget = next(one for one in catalogue.policies() if one.name == "budget")
    assert budget.kind == "guard"
    assert budget.parameters["ratio"].startswith("(")

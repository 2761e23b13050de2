"""How many processes a drill asks for, and where it is no use to ask."""

from pathlib import Path

import pytest

from lab.campaign.variants import on_one_lab
from lab.drillfile import Drill, DrillError
from lab.drillfile.json_schema.settings_schema import configuration_schema
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import known
from lab.session import known_services

SERVICES = known_services()
STORM = Path(__file__).parents[3] / "drills" / "retry-storm.yaml"


def read(written: str) -> Drill:
    """A drill with this line under `configuration`, by what this lab really knows."""
    source = STORM.read_text().partition("\n")[2]
    line = next(line for line in source.splitlines() if line.startswith("  storefront:"))
    return parse_drill(source.replace(line, f"  {written}").encode(), "drills/x.yaml", known(SERVICES))


@pytest.mark.slow
def test_processes_are_no_live_setting() -> None:
    """They stand beside them in the file, and apart from them in the drill: they can't be changed while it runs."""
    drill = read("storefront: {processes: 2, policy: budget}\n  auth: {processes: 3}")
    assert drill.processes == {"storefront": 2, "auth": 3}
    assert drill.configuration == {"storefront": {"policy": "budget"}, "auth": {}}
    assert Drill.model_validate(drill.resolved()).processes == drill.processes
    assert read("storefront: {policy: budget}").processes == {}


def test_as_many_as_there_are_anyway_ask_for_no_other_lab() -> None:
    """One is what a lab has where nothing is said."""
    one = read("storefront: {processes: 1, policy: budget}")
    assert one.processes == {}
    assert on_one_lab((one, read("storefront: {policy: budget}")))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("storefront: {processes: 0}", "must be a whole number from 1 to 16"),
        ("storefront: {processes: 17}", "must be a whole number from 1 to 16"),
        ("storefront: {processes: 2.0}", "must be a whole number from 1 to 16"),
        (
            "canary: {processes: 2}",
            "canary is played by one process; auth, edge, router, storefront, streaming can",
        ),
        ("storfront: {processes: 2}", "unknown service"),
    ],
)
def test_what_can_not_be_is_refused(written: str, said: str) -> None:
    """With the line, as every other key."""
    with pytest.raises(DrillError, match=said):
        read(written)


def test_the_schema_offers_it_where_it_is_of_use() -> None:
    """An editor shows it for those services."""
    offered = configuration_schema(known(SERVICES))["properties"]
    having = {name for name, one in offered.items() if "processes" in one["properties"]}
    assert having == {name for name, role in SERVICES.items() if role.processes is not None}


def test_variants_with_other_processes_need_labs_of_their_own() -> None:
    """They are decided when a lab is brought up."""
    one, two = read("storefront: {processes: 1}"), read("storefront: {processes: 2}")
    assert (on_one_lab((one, one)), on_one_lab((one, two))) == (True, False)

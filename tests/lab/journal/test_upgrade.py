"""Journals of version 1, read as those of today."""

from pathlib import Path

import pytest

from chaos.faults import FAULTS
from chaos.mitigations import MITIGATIONS
from chaos.traits import NONE
from lab.journal import read
from lab.journal.events import ActionChanged
from lab.journal.upgrade import traits_by_name

OLD = Path(__file__).parents[2] / "data" / "stuck.jsonl"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_version_1_follows_what_followed_then(name: str) -> None:
    """Today's classes still say what the table does; when one changes, its old journals keep the table's word."""
    fault = FAULTS[name](**FAULTS[name].example)
    assert traits_by_name(fault.kind, name, fault.model_dump(mode="json")) == fault.traits()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("policy", {"target": "storefront", "policy": "budget"}),
        ("shed", {"admit_share": 0.5}),
        ("disable", {"service": "streaming"}),
        ("drain", {"stop_s": 5}),
        ("lifo", {}),
    ],
)
def test_a_mitigation_of_version_1_does_as_well(name: str, params: dict[str, object]) -> None:
    """Those that refuse, turn away or have a name of their own; nothing follows from the others."""
    mitigation = MITIGATIONS[name](**params)
    assert traits_by_name("mitigation", name, mitigation.model_dump(mode="json")) == mitigation.traits()


def test_nothing_follows_from_a_setting_or_a_fault_of_nobodys() -> None:
    """The calibration's cap bears a fault's name and is none."""
    assert traits_by_name("setting", "capacity", {"cpu_share": 0.2}) == NONE
    assert traits_by_name("fault", "moonlight", {}) == NONE


def test_an_old_journal_is_read_with_traits() -> None:
    """Every action of one that was written before traits has them."""
    changes = [event for event in read(OLD).events if isinstance(event, ActionChanged)]
    assert {change.fault for change in changes} == {"latency", "policy"}
    assert all(change.traits not in {None, NONE} for change in changes)

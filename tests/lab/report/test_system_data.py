"""The living picture's data. Tests lab.report.html.system_data."""

import json
from collections.abc import Sequence
from typing import Any, get_args

import pytest

from lab.analysis.system.service_second import ServiceState
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import Event, SettingsRead
from lab.report.html.embed import to_json
from lab.report.html.system_data import STATES, system_data
from tests.lab.analysis.two_planes import Watch
from tests.lab.report.conftest import MITIGATION, START, TRIGGER, make_drill, make_events

SECOND = {"second", "clock", "provisional", "arrows", "devices", "services", "active", "said"}
MOST_BYTES = 300_000
"""What a report may grow by."""


@pytest.fixture(scope="module")
def events() -> Sequence[Event]:
    """The made-up storm: 80 s of it."""
    return make_events(make_drill())


@pytest.fixture(scope="module")
def told(events: Sequence[Event]) -> Any:  # noqa: ANN401  JSON
    """Its data, as a script reads it."""
    return json.loads(to_json(system_data(Timeline.fold(events))))


@pytest.mark.slow
def test_the_map_has_the_nodes_and_the_arrows_as_a_script_wants_them(told: Any) -> None:  # noqa: ANN401
    """Arrows say from, to and over."""
    assert [node["name"] for node in told["map"]["nodes"]][:3] == ["load", "edge", "storefront"]
    assert {"from": "storefront", "to": "auth", "over": "bridge"} in told["map"]["arrows"]
    keys = {"nodes", "arrows", "device", "reserve", "behind", "useless_from_s", "capacity", "queue_limit"}
    assert told["map"].keys() == keys | {"scale", "said"}


@pytest.mark.slow
def test_each_row_has_its_second(told: Any, events: Sequence[Event]) -> None:  # noqa: ANN401
    """With an arrow for each of the map, null where nothing was measured; a word for each node."""
    assert [one["second"] for one in told["seconds"]] == [row.second for row in Timeline.fold(events).rows]
    for second in told["seconds"]:
        assert second.keys() == SECOND
        assert len(second["arrows"]) == len(told["map"]["arrows"])
        assert second["services"].keys() == {node["name"] for node in told["map"]["nodes"]}
        assert all(one["word"] == STATES[one["state"]] for one in second["services"].values())
    assert None in told["seconds"][1]["arrows"]


def test_the_storm_is_in_it(told: Any) -> None:  # noqa: ANN401
    """A device that works for clients that are gone, under the naive policy; then clients with a guard."""
    storm, after = told["seconds"][int(TRIGGER) + 12], told["seconds"][int(MITIGATION) + 3]
    assert storm["devices"]["bridge"]["wasted_rps"] > storm["devices"]["bridge"]["answered_rps"]
    assert storm["services"]["bridge"]["word"] == "degraded"
    assert storm["services"]["storefront"]["policy"] == "immediate(retries=3)"
    assert after["services"]["storefront"]["policy"] == "budget + breaker"


def test_what_is_active_is_said_in_words(told: Any) -> None:  # noqa: ANN401
    """As everywhere in the report, and whether it was read back."""
    active = told["seconds"][int(TRIGGER) + 3]["active"]
    assert [(one["name"], one["kind"], one["words"], one["verified"]) for one in active] == [
        ("slow-bridge", "fault", "latency 3000 ms on bridge", True)
    ]
    assert told["seconds"][int(START) + 3]["active"] == []


def test_it_is_small(told: Any) -> None:  # noqa: ANN401
    """Figures have as many digits as a picture can use."""
    text = to_json(told)
    assert len(text.encode()) < MOST_BYTES
    rates = [figure for second in told["seconds"] for figure in second["devices"]["bridge"].values()]
    assert all(figure == round(figure, 3) for figure in rates if isinstance(figure, float))


def test_every_state_has_a_word() -> None:
    """A new state needs one."""
    assert STATES.keys() == set(get_args(ServiceState))


@pytest.mark.slow
def test_a_detour_is_said_and_a_half_open_breaker_has_its_own_word(events: Sequence[Event]) -> None:
    """Over the reserve device; elsewhere the map says it."""
    routed = SettingsRead(t=START + 1, service="storefront", values={"device": "bridge-reserve"})
    half = [
        event.model_copy(
            update={
                "breaker": "half-open",
                "requests_total": int(event.t * 9),
                "calls_total": int(event.t * 9),
            }
            | {"attempts_total": int(event.t * 9)}
        )
        if event.type == "service.sample"
        else event
        for event in events
    ]
    found = system_data(Timeline.fold(sorted([*half, routed], key=lambda event: event.t)))
    second = found["seconds"][int(START) + 5]
    number = found["map"]["arrows"].index({"from": "storefront", "to": "auth", "over": "bridge"})
    assert second["arrows"][number]["over"] == "bridge-reserve"
    assert second["services"]["storefront"]["word"] == "breaker half-open"


@pytest.mark.slow
def test_each_plane_has_an_eye_for_each_second() -> None:
    """Null where it was not asked; the shared plane comes first, none where none watches."""
    run = Watch().timeline()
    found = system_data(run)
    assert list(found["eyes"]) == ["shared", "ops"]
    for seen in found["eyes"].values():
        assert len(seen) == len(found["seconds"])
        assert (seen[2], seen[45]["second"], seen[45]["stale"], seen[45]["goodput_rps"]) == (
            None,
            45,
            False,
            0,
        )
    assert system_data(Timeline.fold(make_events(make_drill(), until_s=START + 3)))["eyes"] == {}

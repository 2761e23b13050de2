"""Faults are pure: parameters in, actions out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from chaos.actions import (
    ANY,
    AddToxic,
    BaseAction,
    ChangeSettings,
    CpuGovernor,
    CpuQuota,
    ProxyEnabled,
    SendSignal,
)
from chaos.actions.cpu import UNLIMITED, quota
from chaos.errors import UnsupportedError
from chaos.faults import FAULTS
from chaos.faults.fault import is_toxic_of, toxic_name
from chaos.mitigations import MITIGATIONS
from chaos.target_resolver import Container, Process

if TYPE_CHECKING:
    from collections.abc import Callable

    from chaos.actions import Action
    from chaos.faults import BaseFault
    from tests.chaos.conftest import Here

RUN = "20260101T000000-retry-storm"
BRIDGE = Container(service="bridge", id="c0ffee")
DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.fixture
def place(tmp_path: Path, place_of: Callable[..., Here]) -> Here:
    auth = Process(service="auth", pid=2, started_ticks=3, spec=tmp_path / "s", record=tmp_path / "r")
    return place_of(
        run=RUN,
        token_file=tmp_path / "token",
        handles={"bridge": BRIDGE, "auth": auth, "governed": auth.model_copy(update={"governor": tmp_path})},
        addresses={
            ("bridge", "api"): "127.0.0.1:8474",
            ("auth", "control"): "a:1",
            ("load", "control"): "l:1",
        },
        caps={"bridge": 0.25, "governed": 0.5},
    )


def made(place: Here, fault: str, **params: Any) -> Action:  # noqa: ANN401 - the fault's own
    registry = MITIGATIONS | FAULTS
    (action,) = registry[fault](**params).actions(place)
    assert ANY.validate_json(action.model_dump_json()) == action
    return action


@pytest.mark.parametrize(
    ("fault", "params", "type_", "attributes"),
    [
        ("latency", {"latency_ms": 3000}, "latency", {"latency": 3000, "jitter": 0}),
        ("bandwidth", {"rate_kbps": 64}, "bandwidth", {"rate": 64}),
        ("black-hole", {}, "timeout", {"timeout": 0}),
        ("reset", {"after_ms": 5}, "reset_peer", {"timeout": 5}),
    ],
)
def test_toxics(
    place: Here, fault: str, params: dict[str, Any], type_: str, attributes: dict[str, int]
) -> None:
    """Each in its direction, under the run's name."""
    action = made(place, fault, target="bridge", stream="upstream", toxicity=0.5, **params)
    assert isinstance(action, AddToxic)
    assert (action.api, action.proxy) == ("127.0.0.1:8474", "bridge")
    toxic = action.toxic
    assert (toxic.name, toxic.type, toxic.attributes) == (f"{RUN}.{fault}", type_, attributes)
    assert (toxic.stream, toxic.toxicity) == ("upstream", 0.5)


def test_two_of_a_sort_are_told_apart_by_the_steps_name(place: Here) -> None:
    """The drill's step name stands in the toxic's."""
    action = made(place, "latency", target="bridge", latency_ms=1, name="slow bridge")
    assert isinstance(action, AddToxic)
    assert action.toxic.name == f"{RUN}.slow-bridge"


def test_a_long_name_is_cut_at_the_runs_beginning() -> None:
    """What tells runs apart stands at its end."""
    name = toxic_name("x" * 200 + "-the-end", "f" * 80)
    assert len(name) == 96
    assert name.endswith("-the-end." + "f" * 48)


@pytest.mark.parametrize("run", ["20260101T000000-smoke", "x" * 200 + "-the-end"])
def test_a_toxic_is_a_runs_only_by_its_whole_name(run: str) -> None:
    """Cut or not; one that only begins or ends like it is another owner's."""
    own = toxic_name(run, "slow")
    assert is_toxic_of(run, own)
    for other in ("slow", "smoke.slow", "end.slow", f"{own}.more", f"x{own}", own.replace(".", "-2."), ""):
        assert not is_toxic_of(run, other)


def test_down_closes_the_listener(place: Here) -> None:
    """Its inverse rebuilds it."""
    action = made(place, "down", target="bridge")
    assert action == ProxyEnabled(api="127.0.0.1:8474", proxy="bridge", enabled=False)
    assert action.rebuilds_listener


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_a_fault_says_whether_its_end_rebuilds_the_listener(
    place: Here, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the inverses of its actions do; nothing else decides about it."""
    world = {
        "enabled": True,
        "listen": "",
        "state": "running",
        "cpu_share": 0.2,
        "period_us": 1,
        "quota_us": 1,
    }

    async def now(_: BaseAction) -> dict[str, Any]:
        return world

    async def no_toxic(_: AddToxic) -> None:
        return None

    for kind in (ProxyEnabled, SendSignal, ChangeSettings, CpuQuota, CpuGovernor):
        monkeypatch.setattr(kind, "read", now)
    monkeypatch.setattr(AddToxic, "present", no_toxic)
    fault = FAULTS[name](**FAULTS[name].example)
    inverses = [await action.inverse() for action in fault.actions(place)]
    assert fault.ends_with_new_listener() is any(one.rebuilds_listener for one in inverses)


def test_capacity_is_a_share_of_the_calibrated_cap(place: Here) -> None:
    """2 % of a quarter of a core; by quota or by governor, whatever it runs in."""
    assert made(place, "capacity", target="bridge", share=0.02) == CpuQuota(
        container=BRIDGE, period_us=500_000, quota_us=2_500
    )
    governed = made(place, "capacity", target="governed", share=0.02)
    assert isinstance(governed, CpuGovernor)
    assert governed.share == pytest.approx(0.01)


def test_capacity_without_a_governor_is_unsupported(place: Here) -> None:
    """Said before anything is changed."""
    with pytest.raises(UnsupportedError, match="auth runs without a CPU governor"):
        made(place, "capacity", target="auth", share=0.5)


def test_pause_and_kill(place: Here) -> None:
    """A governed process is stopped by its governor, which would continue it otherwise."""
    assert made(place, "pause", target="auth") == SendSignal(handle=place.handles["auth"], signal="stop")
    assert made(place, "pause", target="bridge") == SendSignal(handle=BRIDGE, signal="stop")
    assert isinstance(stopped := made(place, "pause", target="governed"), CpuGovernor)
    assert stopped.share == 0
    assert made(place, "kill", target="auth") == SendSignal(handle=place.handles["auth"], signal="kill")


def test_settings(place: Here) -> None:
    """What a service or the load does by itself."""
    for action, address, values in [
        (made(place, "unavailable", target="auth", share=0.3), "a:1", {"fail_share": 0.3}),
        (made(place, "surge", factor=2.5), "l:1", {"surge": 2.5}),
        (made(place, "ramp", factor=3, over_s=20), "l:1", {"surge": 3.0, "ramp_s": 20.0}),
        (made(place, "surge", factor=2.5, of="streaming"), "l:1", {"surge.streaming": 2.5}),
        (
            made(place, "ramp", factor=3, over_s=20, of="shop"),
            "l:1",
            {"surge.shop": 3.0, "ramp_s.shop": 20.0},
        ),
        (
            made(place, "policy", target="auth", policy="budget + breaker"),
            "a:1",
            {"policy": "budget + breaker"},
        ),
    ]:
        assert action == ChangeSettings(address=address, token_file=place.token_file, values=values)


@pytest.mark.parametrize(
    ("fault", "params", "says"),
    [
        ("latency", {"latency_ms": 0}, "greater than 0"),
        ("latency", {"latency_ms": 5, "stream": "sideways"}, "'downstream' or 'upstream'"),
        ("bandwidth", {"rate_kbps": 0}, "greater than 0"),
        ("capacity", {"share": 1.5}, "less than 1"),
        ("unavailable", {"share": 1.5}, "less than or equal to 1"),
        ("latency", {"latency": 5}, "latency_ms"),
        ("kill", {"latency_ms": 5}, "not permitted"),
        ("latency", {"latency_ms": float("nan")}, "finite"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(
    fault: str, params: dict[str, Any], says: str
) -> None:
    """In pydantic's words, which the drill file's error passes on."""
    with pytest.raises(ValidationError, match=says):
        FAULTS[fault](target="bridge", **params)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (None, UNLIMITED),
        (1.0, (20_000, 20_000)),
        (0.1, (20_000, 2_000)),
        (0.09, (50_000, 4_500)),
        (0.004, (500_000, 2_000)),
    ],
)
def test_the_quota_is_at_least_2_ms_in_the_shortest_period(
    share: float | None, expected: tuple[int, int]
) -> None:
    """The rule in docs/reference/faults.md."""
    assert quota(share) == expected


def test_a_share_below_the_schedulers_least_is_unsupported() -> None:
    """1 ms is the kernel's smallest quota."""
    with pytest.raises(UnsupportedError, match=r"below 0\.4%"):
        quota(0.0039)


@pytest.mark.parametrize(("page", "registry"), [("faults", FAULTS), ("mitigations", MITIGATIONS)])
def test_each_has_a_section_with_every_parameter(page: str, registry: dict[str, type[BaseFault]]) -> None:
    """By the field's name in docs/reference/faults.md and docs/reference/mitigations.md."""
    text = (DOCS / f"{page}.md").read_text()
    sections = dict(re.findall(r"^### `([\w-]+)`.*?\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL))
    for name, fault in registry.items():
        assert name in sections, f"docs/reference/{page}.md has no section on {name}"
        for parameter in fault.model_fields.keys() - {"name", "target", "listener", "stream", "toxicity"}:
            assert f"`{parameter}`" in sections[name], f"docs/reference/{page}.md: {name} lacks {parameter}"

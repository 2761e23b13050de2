"""Live settings of services in a drill file: every key in its unit, and what is refused before anything starts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.mitigations import MITIGATIONS
from chaos.mitigations.mitigation import SettingsMitigation
from lab import resources
from lab.drillfile import Drill, DrillError
from lab.drillfile.interactive import read_step
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import known
from lab.drillfile.setting_kinds import setting_keys
from lab.drillfile.setting_rules import all_rules, rules_of
from lab.session import known_services
from lab.topology import Role, Roles
from services.auth import Settings as AuthSettings
from services.edge import Settings as EdgeSettings
from services.fleet import Settings as FleetSettings
from services.kit.live_settings import DataSettings, Live
from services.router import Settings as RouterSettings
from services.storefront import Settings as StorefrontSettings
from services.updates import Settings as UpdatesSettings

SERVICES = known_services()
STORM = resources.drills() / "retry-storm.yaml"
KINDS = {
    "edge": EdgeSettings,
    "storefront": StorefrontSettings,
    "router": RouterSettings,
    "auth": AuthSettings,
    "fleet": FleetSettings,
    "updates": UpdatesSettings,
}

Read = Callable[[str], Drill]


@pytest.fixture
def read() -> Read:
    """A drill with these settings, by what this lab really knows; without the line that is for editors."""
    source = (Path(__file__).parents[3] / "drills" / "retry-storm.yaml").read_text().partition("\n")[2]
    line = next(line for line in source.splitlines() if line.startswith("  storefront:"))

    def parse(settings: str) -> Drill:
        return parse_drill(source.replace(line, f"  {settings}").encode(), "drills/x.yaml", known(SERVICES))

    return parse


@pytest.mark.parametrize(
    ("written", "service", "expected"),
    [
        (
            "storefront: {policy: budget, timeout: 500 ms, connections: pooled, pool_limit: 0, device: bridge}",
            "storefront",
            {
                "policy": "budget",
                "timeout_s": 0.5,
                "connections": "pooled",
                "pool_limit": 0,
                "device": "bridge",
            },
        ),
        (
            'auth: {admission: "codel(target=5 ms) + adaptive-lifo", drop_expired: true, queue_limit: 0, workers: 8}',
            "auth",
            {
                "admission": "codel(target=5 ms) + adaptive-lifo",
                "drop_expired": True,
                "queue_limit": 0,
                "workers": 8,
            },
        ),
        (
            "edge: {admit_share: 60 %, disabled: streaming storefront, drain_stop: 2 s, drain_ramp: 1 min}",
            "edge",
            {
                "admit_share": 0.6,
                "disabled": "streaming storefront",
                "drain_stop_s": 2.0,
                "drain_ramp_s": 60.0,
            },
        ),
        (
            "router: {policy: immediate(retries=3), timeout: 2 s}",
            "router",
            {"policy": "immediate(retries=3)", "timeout_s": 2.0},
        ),
    ],
)
def test_what_a_drill_says_the_service_takes(
    read: Read, monkeypatch: pytest.MonkeyPatch, written: str, service: str, expected: dict[str, object]
) -> None:
    """Read with its units, and accepted by the very settings of the service."""
    monkeypatch.setenv("UPSTREAM", "http://storefront:8080")
    monkeypatch.setenv("CLIENTS", "streaming=http://streaming:8080")
    settings = read(written).configuration[service]
    assert settings == expected
    now = Live(KINDS[service]()).change(settings)
    assert {key: getattr(now, key) for key in expected} == expected


def test_every_setting_of_every_service_has_a_key_of_its_own() -> None:
    """Nothing that a service takes is out of a drill's reach, and no two settings have the same key."""
    rules = all_rules()
    assert {field for kind in KINDS.values() for field in vars(kind())} <= set(rules)
    assert len(setting_keys(rules)) == len(rules)


@pytest.mark.slow
def test_a_services_own_bound_is_the_drills(read: Read) -> None:
    """What the service would refuse while the lab comes up is refused before anything starts."""
    for written, said in [
        ("updates: {hold: 601 s}", "hold is at most 600 s"),
        ("storefront: {timeout: 2 h}", "timeout is at most 3600 s"),
        ("auth: {service_time: 61 s}", "service_time is at most 60000 ms"),
        ("auth: {workers: 0}", "from 1 to 100000"),
        ("oncall: {dead_man: 10 ms}", "dead_man is at least 0.1 s"),
    ]:
        with pytest.raises(DrillError, match=said):
            read(written)
    assert read("oncall: {dead_man: 20 s}").configuration["oncall"] == {"dead_man_s": 20.0}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("auth: {admission: coddel}", ["configuration.auth.admission", "did you mean 'codel'", "gradient2"]),
        ("auth: {admission: codel(target=5)}", ["target='5'", "100 ms"]),
        ("auth: {admission: fifo + lifo}", ["only one discipline"]),
        ("auth: {admision: codel}", ["did you mean `admission`?"]),
        ("auth: {drop_expired: sometimes}", ["must be true or false"]),
        ("storefront: {pool-limit: 3}", ["did you mean `pool_limit`?"]),
        ("storefront: {pool_limit: -1}", ["from 0 to 100000"]),
        ("storefront: {device: reserve}", ["unknown device `reserve`", "bridge-reserve"]),
        ("edge: {admit_share: 140 %}", ["too much; a share is at most 100 %"]),
        ("edge: {admit_share: 40}", ["is not a share: write 0 to 1, or `98 %`"]),
        ("edge: {disabled: streming}", ["unknown service `streming`; did you mean `streaming`?"]),
        ("edge: {drain_stop: 11 min}", ["`11 min` is too much; drain_stop is at most 600 s"]),
        ("edge: {drain: 5 s}", ["did you mean `drain_"]),
        ("edge: {disabled: auth}", ["edge passes nothing to auth", "storefront and streaming"]),
        ("auth: {policy: budget}", ["auth has no setting `policy`", "edge, fleet,", "storefront"]),
        ("edge: {workers: 3}", ["edge has no setting `workers`; it is for auth"]),
        ("router: {admission: codel}", ["router has no setting `admission`; it is for auth"]),
        ("bridge-reserve: {timeout: 1 s}", ["bridge-reserve has no setting `timeout_s`"]),
    ],
)
def test_a_wrong_setting_is_told_before_anything_starts(read: Read, written: str, said: list[str]) -> None:
    """With line, key and what would be right."""
    with pytest.raises(DrillError) as caught:
        read(written)
    assert [part for part in ["11: configuration.", *said] if part not in str(caught.value)] == []


@pytest.mark.parametrize("kind", [*KINDS, "canary"])
def test_what_each_role_takes_is_what_it_really_takes(kind: str) -> None:
    """No more and no less, by the module that compose.yaml names for it."""
    assert set(rules_of(SERVICES[kind].settings)) == set(vars(KINDS.get(kind, DataSettings)()))


def test_what_is_not_ours_takes_no_settings() -> None:
    """What runs a program of ours names its module; a bridge and a Prometheus have none."""
    assert SERVICES["streaming"].settings == "services.storefront"
    assert not rules_of(SERVICES["bridge"].settings)


@pytest.mark.parametrize("what", ["kill", "pause", "capacity share=20%"])
def test_a_role_that_shares_its_process_is_not_killed_alone(what: str) -> None:
    """Who else would be hit is named; aimed at the whole service it is taken."""
    shared = Role(service="back", kind="server", shared=True)
    services = Roles({"stock": shared, "prices": shared})
    name, _, value = what.partition(" ")
    values = dict([value.split("=")]) if value else {}
    with pytest.raises(DrillError, match="stock shares its process with prices"):
        read_step("fault", name, "stock", values, services)
    assert read_step("fault", name, "back", values, services).target == "back"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: bridge,", "target: back,"),
        ("blast-radius: [", "blast-radius: [back, "),
        ("configuration:", "configuration:\n  back: {workers: 3}"),
    ],
)
def test_what_is_not_done_to_a_process_names_the_role(old: str, new: str) -> None:
    """Settings, faults that are no process's, and the blast radius: the roles of the process are offered."""
    shared = {name: Role(service="back", kind="server", shared=True) for name in ("stock", "prices")}
    text = STORM.read_text()
    assert text.count(old) == 1
    with pytest.raises(DrillError, match="back is a process that plays prices and stock; name one of these"):
        parse_drill(text.replace(old, new).encode(), "x.yaml", known(Roles({**SERVICES, **shared})))


@pytest.mark.parametrize(
    ("what", "target", "values", "said"),
    [
        ("policy", "auth", {"policy": "budget"}, "auth has no setting `policy`"),
        ("pooling", "auth", {}, "auth has no setting `connections`"),
        ("shed", "storefront", {"admit_share": "60%"}, "no setting `admit_share`; it is for edge"),
        ("lifo", "storefront", {}, "no setting `admission`; it is for auth"),
        ("drop-expired", "edge", {}, "no setting `drop_expired`; it is for auth"),
        ("drain", "auth", {"stop": "5s"}, "no setting `drain_"),
        ("isolate", "edge", {}, "no setting `device`; it is for fleet, storefront, streaming"),
        (
            "disable",
            None,
            {"service": "auth"},
            "edge passes nothing to auth; it can switch off storefront and",
        ),
        ("capacity", "auth", {"factor": "2"}, "auth is no device; this is for bridge and bridge-reserve"),
        ("queue", "router", {"connections": "64"}, "router is no device"),
    ],
)
def test_a_mitigation_that_can_do_nothing_for_its_target_is_refused(
    what: str, target: str | None, values: dict[str, str], said: str
) -> None:
    """Interactively as in a drill, with whom it is for."""
    with pytest.raises(DrillError) as caught:
        read_step("mitigation", what, target, values, SERVICES)
    assert said in str(caught.value)


def test_a_mitigation_names_every_setting_that_it_changes() -> None:
    """So that each is looked for before anything starts."""
    own = {
        "name": "x",
        "target": "storefront",
        "policy": "none",
        "admit_share": 0.5,
        "pool_limit": 3,
        "requests": 9,
    }
    changed = 0
    for model in MITIGATIONS.values():
        if issubclass(model, SettingsMitigation):
            made = model(**{key: value for key, value in own.items() if key in model.model_fields})
            assert set(made.values()) <= model.sets
            changed += 1
    assert changed >= 7

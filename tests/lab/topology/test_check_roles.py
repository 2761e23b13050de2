"""What is wrong with `x-lab`, said with file, line and remedy."""

import json
from pathlib import Path

import pytest

from lab.topology import TopologyError, load_topology, processes_variable

HEAD = "name: t\nservices:\n  a:\n    command: [x]\n"
OTHER = "    expose: ['80', '81']\n    ports: ['127.0.0.1::90', '127.0.0.1::91']\n  b:\n    command: [x]\n"
C: dict[str, object] = {"kind": "client", "calls": ["b"], "data": 80, "control": 90}
D: dict[str, object] = {"kind": "server", "data": 81, "control": 91}


def sharing(**roles: dict[str, object]) -> str:
    """The line of a service whose process plays several roles."""
    return f"x-lab: {json.dumps({'roles': roles})}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("x-lab: {kind: gadget}", ["`services.a.x-lab.kind`", "'device', 'client'"]),
        ("x-lab: {calls: [c]}", ["it calls `c`, which is no role", "a, b"]),
        (sharing(b=C, d=D), ["the role `b` has the name of another role or service"]),
        (sharing(a=C, d=D), ["the role `a` has the name of another role or service"]),
        (sharing(c=C, d=D | {"calls": ["dd"]}), ["it calls `dd`", "Did you mean `d`?"]),
        (sharing(c=C, d={"watched": True}), ["`services.a.x-lab.roles.d.kind` is missing"]),
        (sharing(c=C, d={"kind": "server", "data": 81}), ["`services.a.x-lab.roles.d.control` is missing"]),
        (sharing(d=D), ["`a` plays the one role `d`", "its name is the service's"]),
        (sharing(c=C, d=D | {"data": 80}), ["`d` and `c` have the same port 80"]),
        (
            sharing(c=C, d=D | {"data": 82}),
            ["the data port 82 of `d` is not among the `expose` of `a`", "80, 81"],
        ),
        (sharing(c=C, d=D | {"control": 92}), ["the control port 92 of `d` is not among the `ports` of `a`"]),
        ("x-lab: {knd: server}", ["`services.a.x-lab.knd` is outside", "Did you mean `kind`?"]),
        ("x-lab: {processes: 2}", ["`x-lab` says 2 processes", "environment nothing", "${A_PROCESSES:-1}"]),
        ("x-lab: {processes: 17}", ["`services.a.x-lab.processes`", "less than or equal to 16"]),
        ("x-lab: {processes: two}", ["`services.a.x-lab.processes`"]),
        ("x-lab: {kind: instrument, processes: 1}", ["`a` can't be played by several processes"]),
        (sharing(c=C, d=D | {"processes": 2}), ["`services.a.x-lab.roles.d.processes` is outside"]),
        ("x-lab: {when: friday}", ["`services.a.x-lab.when`", "'configured'"]),
    ],
)
def test_a_wrong_role_is_refused(tmp_path: Path, lines: str, said: list[str]) -> None:
    """The line is that of `x-lab`."""
    file = tmp_path / "compose.yaml"
    file.write_text(f"{HEAD}    {lines}\n{OTHER}")
    with pytest.raises(TopologyError) as caught:
        load_topology(file)
    assert caught.value.line == 5
    assert [part for part in said if part not in str(caught.value)] == []


def test_one_variable_says_how_many_processes_play_a_role(tmp_path: Path) -> None:
    """To the lab and to the service; what it says to only one of them is refused."""
    file = tmp_path / "compose.yaml"
    both = 'x-lab: {processes: "${A_PROCESSES:-1}"}\n    environment: {PROCESSES: "${A_PROCESSES:-1}"}'
    file.write_text(f"{HEAD}    {both}\n{OTHER}")
    assert processes_variable("a") == "A_PROCESSES"
    for variables, wanted in (({}, 1), ({"A_PROCESSES": "3"}, 3)):
        topology = load_topology(file, variables)
        assert (topology.roles["a"].processes, topology.roles["b"].processes) == (wanted, None)
        assert topology.services["a"].environment["PROCESSES"] == str(wanted)
    file.write_text(f"{HEAD}    {both.splitlines()[0]}\n{OTHER}")
    with pytest.raises(TopologyError, match="in its environment nothing"):
        load_topology(file)


def test_several_roles_share_a_process(tmp_path: Path) -> None:
    """Each by its own name, and each knows that it is not alone."""
    file = tmp_path / "compose.yaml"
    file.write_text(f"{HEAD}    {sharing(c=C | {'calls': ['d']}, d=D)}\n{OTHER}")
    topology = load_topology(file)
    roles = topology.roles
    assert set(roles) == {"b", "c", "d"}
    assert (roles["c"].service, roles["c"].shared, roles["b"].shared) == ("a", True, False)
    process = topology.services["a"]
    assert process.roles == ("c", "d")
    assert (process.ports_of("d"), process.ports_of("a")) == ({"data": 81, "control": 91}, {})
    assert process.every_port == {"c data": 80, "c control": 90, "d data": 81, "d control": 91}
    assert topology.services["b"].roles == ("b",)
    assert topology.counted() == ("c", "d")

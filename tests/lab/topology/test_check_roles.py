"""What is wrong with `x-lab`, said with file, line and remedy."""

from pathlib import Path

import pytest

from lab.topology import TopologyError, load_topology

HEAD = "name: t\nservices:\n  a:\n    command: [x]\n"
OTHER = "  b:\n    command: [x]\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("x-lab: {kind: gadget}", ["`services.a.x-lab.kind`", "'device', 'client'"]),
        ("x-lab: {calls: [c]}", ["it calls `c`, which is no role", "a, b"]),
        ("x-lab: {roles: {b: {kind: server}}}", ["the role `b` has the name of another role or service"]),
        ("x-lab: {roles: {d: {kind: server, calls: [dd]}}}", ["it calls `dd`", "Did you mean `d`?"]),
        ("x-lab: {roles: {d: {watched: true}}}", ["`services.a.x-lab.roles.d.kind` is missing"]),
        ("x-lab: {knd: server}", ["`services.a.x-lab.knd` is outside", "Did you mean `kind`?"]),
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


def test_several_roles_share_a_process(tmp_path: Path) -> None:
    """Each by its own name, and each knows that it is not alone."""
    file = tmp_path / "compose.yaml"
    file.write_text(
        f"{HEAD}    x-lab: {{roles: {{c: {{kind: client, calls: [d]}}, d: {{kind: server}}}}}}\n{OTHER}"
    )
    roles = load_topology(file).roles
    assert set(roles) == {"b", "c", "d"}
    assert (roles["c"].service, roles["c"].shared, roles["b"].shared) == ("a", True, False)

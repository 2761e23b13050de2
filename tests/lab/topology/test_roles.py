"""Who is what to whom: what the lab derives from `x-lab`, on its own topology and on another one."""

import pytest

from lab import resources
from lab.topology import Role, Roles, load_topology

OURS = load_topology(resources.topology()).roles


def test_the_labs_own_topology() -> None:
    """Each answer that the lab asks for, in the names of compose.yaml."""
    assert (OURS.device, OURS.reserves, OURS.load, OURS.canary) == (
        "bridge", ("bridge-reserve",), "load", "canary",
    )  # fmt: skip
    assert (OURS.entrance, OURS.behind_device, OURS.pager, OURS.client) == (
        "edge", "router", "oncall", "storefront",
    )  # fmt: skip
    assert OURS.serving == {"storefront", "streaming"}
    assert OURS.aside == {"load", "canary", "fleet"}
    assert OURS.passing_on == {"edge", "router", "auth"}
    assert OURS.ends_of("edge") == OURS.ends_of("storefront") == ("auth",)


@pytest.mark.slow
def test_every_service_says_what_it_is() -> None:
    """No service is left to the default, and each of ours names the module of its settings."""
    services = load_topology(resources.topology()).services
    assert set(OURS) == set(services)
    ours = {name for name, spec in services.items() if any("services." in word for word in spec.command)}
    assert {name for name in ours if not OURS[name].settings} == {"path-monitoring"}


def test_another_topology() -> None:
    """A device of another name, a longer chain with two ends, a client of its own, two roles in one process."""
    roles = Roles(
        {
            "crowd": Role(service="crowd", kind="load", calls=("front",)),
            "front": Role(service="front", kind="server", calls=("shop",)),
            "shop": Role(service="shop", kind="client", calls=("stock", "prices")),
            "wire": Role(service="wire", kind="device", calls=("gate",)),
            "gate": Role(service="gate", kind="server", calls=("stock", "prices")),
            "stock": Role(service="back", kind="server", calls=("disk",), shared=True),
            "prices": Role(service="back", kind="server", shared=True),
            "disk": Role(service="disk", kind="server"),
            "sensors": Role(service="sensors", kind="client", calls=("stock",)),
        }
    )
    assert (roles.device, roles.load, roles.entrance, roles.behind_device) == (
        "wire",
        "crowd",
        "front",
        "gate",
    )
    assert (roles.reserves, roles.canary, roles.pager) == ((), "", "")
    assert roles.ends_of("front") == ("prices", "disk")
    assert roles.serving == {"shop"}
    assert roles.client == "shop"
    assert roles.aside == {"crowd", "sensors"}
    assert roles.passing_on == {"front", "gate", "stock", "prices", "disk"}
    assert roles.named_by("back") == ("stock", "prices")
    assert (roles.named_by("stock"), roles.named_by("unheard-of")) == (("stock",), ("unheard-of",))
    assert [roles.process_of(name) for name in ("stock", "shop", "unheard-of")] == [
        "back",
        "shop",
        "unheard-of",
    ]


def test_nothing_at_all() -> None:
    """No roles: every answer is empty, none fails."""
    roles = Roles({})
    assert (roles.device, roles.load, roles.client, roles.ends_of("x")) == ("", "", "", ())
    assert (roles.serving, roles.aside, roles.passing_on) == (frozenset(), frozenset(), frozenset())

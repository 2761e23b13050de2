"""Slots, networks and the lock for measurements."""

import ipaddress
import socket
import struct
from pathlib import Path

import pytest

from lab.runtime import slots
from lab.runtime.base import SetupError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks of these tests are not the user's."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.mark.slow
def test_two_labs_get_two_slots_and_a_freed_one_is_used_again() -> None:
    """Side by side, and not for ever."""
    with slots.hold_slot() as first:
        with slots.hold_slot() as second:
            assert first.number != second.number
            assert not set(first.networks().values()) & set(second.networks().values())
        with slots.hold_slot() as third:
            assert third.number == second.number


def test_when_all_are_taken_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """`lab recover` is named."""
    monkeypatch.setattr(slots, "SLOTS", 0)
    with pytest.raises(SetupError, match="lab recover"):
        slots.take_slot()


@pytest.mark.slow
def test_a_slot_on_which_something_listens_is_passed_over() -> None:
    """The rest of a killed lab must not be talked to by mistake."""
    with slots.hold_slot() as slot:
        number, host = slot.number, f"{slot.loopback}.1"
    with socket.create_server((host, 0)), slots.hold_slot() as slot:
        assert slot.number != number


@pytest.mark.slow
def test_networks_avoid_routes_and_what_the_engine_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another block of the same slot; an error when there is none."""
    monkeypatch.setattr(slots, "host_routes", list)
    with slots.hold_slot() as slot:
        free = slot.networks()
        taken = ipaddress.IPv4Network(free["LAB_NET_MAIN"])
        assert set(slot.networks([taken]).values()).isdisjoint(free.values())
        monkeypatch.setattr(slots, "host_routes", lambda: [slots.Route(taken, "eth1")])
        assert set(slot.networks().values()).isdisjoint(free.values())
        with pytest.raises(SetupError, match="no free block"):
            slot.networks([slots.POOL])


def test_the_hosts_routes_are_networks_without_the_default() -> None:
    """Read from the kernel, in its byte order: the loopback route is not there, 0.0.0.0/0 is left out."""
    assert all(route.network.prefixlen > 0 for route in slots.host_routes())


def kernel_route(network: str, interface: str) -> str:
    """A line of /proc/net/route."""
    net = ipaddress.IPv4Network(network)
    numbers = [
        f"{struct.unpack('=I', address.packed)[0]:08X}" for address in (net.network_address, net.netmask)
    ]
    return f"{interface}\t{numbers[0]}\t0000000A\t0003\t0\t0\t0\t{numbers[1]}\t0\t0\t0\n"


def routed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *routes: tuple[str, str]) -> None:
    """A machine with these routes."""
    file = tmp_path / "route"
    file.write_text(
        "Iface\tDestination\t...\n" + "".join(kernel_route(*one) for one in routes), encoding="ascii"
    )
    monkeypatch.setattr(slots, "ROUTES", file)


@pytest.mark.parametrize(
    "tunnel",
    [
        ("0.0.0.0/0",),
        ("0.0.0.0/1", "128.0.0.0/1"),
        (
            "192.0.0.0/9",
            "196.0.0.0/6",
            "198.0.0.0/8",
        ),  # all but a LAN, as WireGuard's AllowedIPs are often made
        ("198.16.0.0/14",),
    ],
)
def test_a_full_tunnel_vpn_is_a_default_route(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tunnel: tuple[str, ...]
) -> None:
    """It takes the place of the default route by wider ones that together are everything; the pool is free."""
    routed(monkeypatch, tmp_path, *((network, "tun0") for network in tunnel), ("10.0.0.0/8", "eth0"))
    with slots.hold_slot() as slot:
        assert slot.networks()
    left = [str(route.network) for route in slots.host_routes()]
    assert "10.0.0.0/8" in left
    assert "0.0.0.0/0" not in left


@pytest.mark.parametrize("network", ["198.18.0.0/15", "198.19.0.0/16"])
def test_a_route_in_the_way_is_named_with_what_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: str
) -> None:
    """Some proxies answer with fake addresses from there; removing the engine's networks would not help."""
    routed(monkeypatch, tmp_path, ("0.0.0.0/0", "eth0"), (network, "utun4"))
    with slots.hold_slot() as slot, pytest.raises(SetupError) as refused:
        slot.networks()
    assert f"In the way: the route to {network} by utun4" in str(refused.value)
    assert "--runtime embedded" in str(refused.value)
    assert "prune" not in str(refused.value)


def test_the_engine_s_networks_in_the_way_are_named_with_what_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those of labs that were killed, say."""
    routed(monkeypatch, tmp_path, ("0.0.0.0/0", "eth0"))
    with (
        slots.hold_slot() as slot,
        pytest.raises(SetupError, match=r"networks 198.19.0.0/16 .*network prune"),
    ):
        slot.networks([slots.POOL])


def test_the_folder_for_locks_is_private(tmp_path: Path) -> None:
    """No one else may hold our locks, or read what they say."""
    folder = slots.runtime_folder()
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Someone else could have put it there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "retry-storm-lab").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="someone else"):
        slots.runtime_folder()


@pytest.mark.slow
async def test_who_waits_for_the_measure_lock_is_told_who_has_it() -> None:
    """Until the deadline; afterwards it is free again."""
    async with slots.hold_measure_lock("run one", 1):
        with pytest.raises(SetupError, match="run one"):
            async with slots.hold_measure_lock("run two", 0.05):
                pass
    async with slots.hold_measure_lock("run two", 0.05):
        pass


async def test_who_measures_now_is_told_only_while_the_lock_is_held() -> None:
    """The note that a killed run leaves behind is no one's turn."""
    assert slots.measuring_now() is None
    async with slots.hold_measure_lock("run one", 1):
        assert "run one" in (slots.measuring_now() or "")
    (slots.runtime_folder() / "measure.holder").write_text("a run that was killed")
    assert slots.measuring_now() is None


def test_a_runtime_folder_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root it would be made anywhere, and left."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nonexistent" / "x"))
    with pytest.raises(SetupError, match="Set XDG_RUNTIME_DIR to a folder that exists, or unset it"):
        slots.runtime_folder()
    assert not (tmp_path / "nonexistent").exists()

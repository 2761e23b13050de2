"""Slots, networks and the lock for measurements."""

import ipaddress
import socket
from pathlib import Path

import pytest

from lab.runtime import slots
from lab.runtime.base import SetupError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks of these tests are not the user's."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


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


def test_a_slot_on_which_something_listens_is_passed_over() -> None:
    """The rest of a killed lab must not be talked to by mistake."""
    with slots.hold_slot() as slot:
        number, host = slot.number, f"{slot.loopback}.1"
    with socket.create_server((host, 0)), slots.hold_slot() as slot:
        assert slot.number != number


def test_networks_avoid_routes_and_what_the_engine_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another block of the same slot; an error when there is none."""
    monkeypatch.setattr(slots, "host_routes", list)
    with slots.hold_slot() as slot:
        free = slot.networks()
        taken = ipaddress.IPv4Network(free["LAB_NET_MAIN"])
        assert set(slot.networks([taken]).values()).isdisjoint(free.values())
        monkeypatch.setattr(slots, "host_routes", lambda: [taken])
        assert set(slot.networks().values()).isdisjoint(free.values())
        with pytest.raises(SetupError, match="no free block"):
            slot.networks([slots.POOL])


def test_the_hosts_routes_are_networks_without_the_default() -> None:
    """Read from the kernel, in its byte order: the loopback route is not there, 0.0.0.0/0 is left out."""
    assert all(network.prefixlen > 0 for network in slots.host_routes())


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

"""What processes of our own are started with."""

from pathlib import Path

import pytest

from chaos.process.spawn import OF_CI, own_module


@pytest.mark.parametrize("name", sorted(OF_CI))
def test_who_cleans_up_has_nothing_by_which_a_ci_system_kills(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CI system that kills what carries its variable takes the runner, and the watchdog then undoes its faults."""
    monkeypatch.setenv(name, "job-17")
    monkeypatch.setenv("LAB_TEST_ELSE", "stays")
    env = own_module("chaos.watchdog", log=tmp_path / "log").env
    assert name not in env
    assert env["LAB_TEST_ELSE"] == "stays"

"""Tests services.kit.live_settings: what is read back is what is active."""

import pytest

from services.auth import Settings
from services.kit.live_settings import Live, SettingsError


def test_a_listener_that_raises_leaves_the_settings_as_they_were() -> None:
    """Read-back is the lab's proof that a change is active, so a change that failed half-way is undone whole."""
    live = Live(Settings(workers=3))
    seen: list[int] = []

    def refuse(settings: Settings) -> None:
        if settings.workers == 5:
            raise ValueError("five workers can't be had")

    live.listen(lambda settings: seen.append(settings.workers))
    live.listen(refuse)
    with pytest.raises(ValueError, match="five workers"):
        live.change({"workers": 5})
    assert live.now.workers == 3
    assert seen == [3, 5, 3], "the listener that had taken the change was given the old settings again"
    assert live.change({"workers": 4}).workers == 4
    assert seen[-1] == 4


def test_a_change_that_is_not_valid_reaches_no_listener() -> None:
    """All of the changes or none."""
    live = Live(Settings(workers=3))
    seen: list[int] = []
    live.listen(lambda settings: seen.append(settings.workers))
    with pytest.raises(SettingsError, match="wrokers"):
        live.change({"workers": 4, "wrokers": 5})
    assert (live.now.workers, seen) == (3, [3])

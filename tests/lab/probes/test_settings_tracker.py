"""Live settings are journaled when they change, and every few seconds. Tests lab.probes.settings_tracker."""

from lab.probes.settings_tracker import EVERY_S, SettingsTracker


def test_a_change_is_journaled_at_once_and_the_same_every_few_seconds() -> None:
    """So a run that begins on a living lab has all of them within that time, and a change within a second."""
    tracker, limit = SettingsTracker(), {"queue_limit": 1024}
    told = [tracker.event("auth", limit, second) for second in range(1, 2 * EVERY_S + 1)]
    assert [n for n, event in enumerate(told, start=1) if event] == [1, EVERY_S, 2 * EVERY_S]
    changed = tracker.event("auth", {"queue_limit": 9}, 11)
    assert changed is not None
    assert changed.values == {"queue_limit": 9}
    assert tracker.event("auth", {"queue_limit": 9}, 12) is None


def test_services_are_kept_apart_and_what_is_no_plain_value_is_left_out() -> None:
    """A service that reports nothing is journaled with nothing."""
    tracker = SettingsTracker()
    assert tracker.event("auth", {"a": 1, "b": [1]}, 1) is not None
    assert tracker.event("edge", {"a": 1}, 2) is not None
    assert tracker.event("load", {}, 5) is None

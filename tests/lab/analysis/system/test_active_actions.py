"""What was active in a second. Tests lab.analysis.system.active_actions."""

from lab.analysis.system import system_second
from lab.drillfile import Drill
from tests.lab.analysis.system.little_lab import action, load, timeline


def test_an_action_is_active_from_its_second_to_the_one_in_which_it_was_undone(drill: Drill) -> None:
    """One that was intended, or refused, or is the lab's own setting, is not."""
    acts = [
        action("slow", "latency", "bridge", "intended", 1.4, params={"latency_ms": 3000}),
        action("slow", "latency", "bridge", "applied", 2.5, params={"latency_ms": 3000}),
        action("slow", "latency", "bridge", "reverted", 4.5, params={"latency_ms": 3000}),
        action("no", "latency", "bridge", "refused", 1.0),
        action("cap", "capacity", "bridge", "applied", 0.5, kind="setting"),
    ]
    run = timeline(drill, load(), acts)
    assert [[one.name for one in system_second(run, second).active] for second in range(6)] == [
        [], [], ["slow"], ["slow"], ["slow"], [],
    ]  # fmt: skip
    told = system_second(run, 3).active[0]
    assert (told.action, told.kind, told.fault, told.target) == ("a-slow", "fault", "latency", "bridge")
    assert told.verified is True
    assert told.params == {"latency_ms": 3000}


def test_an_undo_that_failed_leaves_it_active_and_a_read_back_that_failed_shows(drill: Drill) -> None:
    """What is not undone is there."""
    acts = [
        action("slow", "latency", "bridge", "applied", 2.5, verified=False),
        action("slow", "latency", "bridge", "rollback-failed", 4.5, verified=False),
    ]
    active = system_second(timeline(drill, load(), acts), 6).active
    assert [(one.name, one.verified) for one in active] == [("slow", False)]

"""A drill as `lab show` prints it."""

from lab.drillfile import load_drill
from lab.report.terminal.drill_text import drill_text
from tests.checkout import ROOT


def test_all_that_one_wants_to_know_before_a_strangers_drill_is_run() -> None:
    """Rate, headroom, queue, steady state, what ends it, and what it may affect."""
    said = drill_text(load_drill(ROOT / "drills" / "retry-storm.yaml")).plain
    for line in (
        "load           100/s to edge, good within 2 s, given up after 5 s, seed 7",
        "bridge         headroom 1.5, queue 3.4 s of work (510 connections)",
        "steady state   Clients are served and hardly anything is retried: goodput during baseline >= 98 % of offered",
        "trigger        10 s  slow-bridge: latency 3000 ms",
        "aborts if      elapsed > 150 s",
        "blast radius   bridge, storefront, edge",
        "expects        recovers: time_to_recover since mitigation <= 30 s",
    ):
        assert line in said


def test_a_title_cant_drive_the_terminal() -> None:
    """Escape sequences and characters that turn the direction of text are taken out, wherever they stand."""
    nasty = "\x1b[31mRED\u202e[bold]x"
    drill = load_drill(ROOT / "drills" / "smoke.yaml").model_copy(
        update={"title": nasty, "description": nasty}
    )
    said = drill_text(drill).plain
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[31mRED [bold]x" in said

"""What a terminal shows fits it, says what was measured, and lets no untrusted text drive it."""

import io
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from lab.analysis.timeline.row import Row
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ActionChanged
from lab.report.terminal import LiveView, PlainView, say_verdict, verdict_panel, view_for
from lab.report.terminal.spark import sparkline
from lab.report.terminal.table import bridge_lines
from tests.lab.report.conftest import make_drill, make_events, make_verdict

NASTY = "\x1b[31mevil\x1b]0;x\x07 [bold]markup[/] " + "long " * 60


def drawn(renderable: RenderableType, width: int = 80) -> list[str]:
    """The lines that a terminal of this width would show."""
    console = Console(file=io.StringIO(), width=width, height=24, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get().splitlines()


def live_at(now_s: float, width: int = 80, title: str = "A retry storm outlives its trigger") -> list[str]:
    """The live view's lines at a time of the made-up run."""
    drill = make_drill(title=title)
    console = Console(file=io.StringIO(), width=width, height=24, force_terminal=True)
    view = LiveView(console, drill, "embedded")
    events = make_events(drill, now_s)
    for event in events:
        view.feed(event)
    return drawn(view.render(Timeline.fold(events), now_s), width)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("now_s", [0.0, 2.0, 8.0, 9.3, 15.0, 25.0, 36.0, 50.5, 86.0])
@pytest.mark.parametrize("title", ["short", NASTY])
@pytest.mark.slow
def test_the_live_view_fits_the_screen_at_every_moment(now_s: float, width: int, title: str) -> None:
    """No line is wider than the terminal, and all of them fit its height."""
    lines = live_at(now_s, width, title)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) <= 24
    assert not any("\x1b]" in line or "\x1b[31m" in line for line in lines)


def test_the_live_view_says_what_happens_now() -> None:
    """Phase, figures, bridge, clients and events, in the storm."""
    text = "\n".join(live_at(36.0))
    wanted = (
        "▶ aftermath", "aftermath 6 of 15 s", "~344/s", "~4.0",
        "bridge delay     1.5 s  ████████ limit 1 s  answered 0/s  wasted 388/s",
        "immediate(retries=3)", "19.3 s  slow-bridge applied: latency 3000 ms on bridge (read back)",
    )  # fmt: skip
    assert [said for said in wanted if said not in text] == []


def test_a_bridge_in_health_and_one_in_a_storm_look_different() -> None:
    """The bar is full where an answer is of no use any more; a wide terminal also shows the accept queue."""
    assert "bridge delay      0 ms  ░░░░░░░░ limit 1 s  answered 9" in "\n".join(live_at(15.0))
    rows = [Row(0, queueing_delay_s=0.5, answered_rps=100.4, wasted_rps=0.0, accept_queue=60)]
    half, _ = drawn(bridge_lines(rows, 110, 1.0), 110)
    assert half.rstrip().endswith("500 ms  ████░░░░ limit 1 s  answered 100/s  wasted 0/s  accept queue 60")
    unknown, _ = drawn(bridge_lines([Row(0)], 80, 1.0))
    assert unknown.rstrip().endswith("-  ░░░░░░░░ limit 1 s  answered -  wasted -  accept queue -")


def test_before_the_phases_the_live_view_follows_the_bring_up() -> None:
    """Services and calibration come first."""
    text = "\n".join(live_at(8.0))
    assert "services: 6 of 6 healthy" in text
    assert "calibrating the bridge: 131/s at 12 % of a core, not steady yet (spread 21 %)" in text


def test_a_sparkline_tells_zero_from_not_measured() -> None:
    """Blank is unknown; the lowest mark is a measured nothing; anything above it is taller."""
    rows = [Row(0), Row(1, good=0), Row(2, good=1), Row(3, good=100)]
    assert sparkline(rows, lambda row: row.good, 100, 6).plain == "   ▁▂█"


def test_without_a_terminal_there_is_a_line_every_five_seconds_and_the_events() -> None:
    """A CI log can be followed."""
    out, drill = io.StringIO(), make_drill()
    events = make_events(drill, 26.0)
    timeline = Timeline()
    with view_for(Console(file=out, width=80), drill, "embedded", "run") as view:
        assert isinstance(view, PlainView)
        for event in events:
            timeline.feed(event)
            view.feed(event)
            view.tick(timeline, event.t)
    lines = out.getvalue().splitlines()
    told = [line for line in lines if line.startswith("t=")]
    assert [line.split()[0] for line in told] == ["t=0s", "t=6s", "t=10s", "t=15s", "t=20s", "t=25s"]
    assert told[-1] == (
        "t=25s trigger  offered ~99/s goodput ~0/s attempts ~396/s amplification ~2.7 p99 - "
        "bridge delay 1.2 s (limit 1 s) answered 18/s wasted 250/s"
    )
    assert "    9.0 s  calibrating the bridge: 152/s at 12 % of a core" in lines
    assert "   19.3 s  slow-bridge applied: latency 3000 ms on bridge (read back)" in lines


def test_plain_lines_carry_no_escape_sequence() -> None:
    """Untrusted text can neither colour a log nor break its lines."""
    out, drill = io.StringIO(), make_drill(title=NASTY)
    refused = ActionChanged(
        action="a", kind="fault", name=NASTY, fault="latency", target="bridge", params={}, state="refused",
        by="drill", error="line one\nline two\x1b[2J",
    )  # fmt: skip
    with PlainView(Console(file=out), drill, "embedded", "run") as view:
        view.feed(refused)
    assert "\x1b" not in out.getvalue()
    assert len(out.getvalue().splitlines()) == 2
    assert "line one line two" in out.getvalue()


FAILED: dict[str, object] = {
    "verdict": "fail",
    "reasons": ["it went wrong"],
    "expectations": [
        {"name": "stuck", "expected": "goodput < 5 %", "measured": 0.97, "met": False, "unit": "of offered"}
    ],
    "instrument": [{"name": "loop lag", "limit": "< 50 ms", "measured": 81.0, "ok": False}],
}  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{}, FAILED, {"verdict": "inconclusive", "reasons": [NASTY], "drill": NASTY}]
)
@pytest.mark.parametrize("width", [80, 120])
def test_the_verdict_fits_its_frame(changes: dict[str, object], width: int) -> None:
    """Whatever the drill is called and the reasons say."""
    lines = drawn(verdict_panel(make_verdict(**changes), ["Before: all well."], "/a/" + "long/" * 40), width)
    assert max(map(cell_len, lines)) <= width
    assert not any("\x1b" in line for line in lines)


def shown(**console: object) -> Callable[[dict[str, object]], str]:
    """Prints the verdict on such a console and returns what it said."""

    def say(changes: dict[str, object]) -> str:
        out = io.StringIO()
        target = Console(file=out, width=80, **console)  # type: ignore[arg-type]
        say_verdict(target, make_verdict(**changes), ["Before: all well.", "Pass: it did."], "report.html")
        return out.getvalue()

    return say


def test_a_pass_shows_its_figures_and_the_report() -> None:
    """Framed on a terminal; the verdict isn't said twice."""
    text = shown(force_terminal=True)({})
    assert "╭" in text
    for said in ("PASS", "Before: all well.", "4.0×", "0/s", "15 s", "8.4 s", "report.html"):  # noqa: RUF001
        assert said in text
    assert "Pass: it did." not in text


def test_a_fail_says_what_was_expected_and_what_can_not_be_trusted() -> None:
    """Plain lines where there is no terminal."""
    text = shown()(FAILED)
    assert text.startswith("FAIL  retry-storm: the system did not do what the drill expects\n")
    assert "  - stuck: expected goodput < 5 %, measured 97 % of offered\n" in text
    assert "  - loop lag: limit < 50 ms, measured 81\n" in text
    assert "\x1b" not in text


def test_what_a_reason_says_is_said_once_and_a_long_list_is_cut() -> None:
    """The report has them all."""
    lag = {"name": "loop lag", "limit": "< 50 ms", "measured": None, "ok": None}
    reasons = ["loop lag: not measured", *(f"check {number}: bad" for number in range(9))]
    text = shown()({"verdict": "inconclusive", "reasons": reasons, "instrument": [lag]})
    assert text.count("loop lag") == 1
    assert "check 3: bad" in text
    assert "check 4: bad" not in text
    assert "  - and 5 more, in the report\n" in text


def test_a_view_is_live_only_where_it_can_be_shown() -> None:
    """Pipes, dumb and small terminals get lines."""
    terminal = Console(
        file=io.StringIO(), force_terminal=True, width=80, height=24, _environ={"TERM": "xterm"}
    )
    small = Console(file=io.StringIO(), force_terminal=True, width=60, height=24, _environ={"TERM": "xterm"})
    dumb = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, _environ={"TERM": "dumb"})
    kinds = [type(view_for(console, make_drill(), "embedded", "run")) for console in (terminal, small, dumb)]
    assert kinds == [LiveView, PlainView, PlainView]

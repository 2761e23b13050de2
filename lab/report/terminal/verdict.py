"""The verdict at the end of a run, for someone who has never seen one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Verdict
from lab.report import headline_figures as figures
from lab.report.customer_words import TITLE as TITLE_OF_CUSTOMERS
from lab.report.customer_words import customer_lines
from lab.report.headline import against, cards, doubts, mark, meaning, missed, rerun, story, unmet, word
from lab.report.plane_view import watches
from lab.report.played import Deed, deeds
from lab.report.reading import reading
from lab.report.terminal.ink import Ink, ink_for
from lab.report.terminal.strips import TITLE, strips
from lab.report.words import clean

_STYLE = {"pass": "green", "fail": "red", "inconclusive": "magenta", "unsupported": "magenta"}
_WIDEST = 100

_FRAME = 6
"""Characters that the frame takes of a line."""

_MOST = 6
"""Lines under a title."""


def say_verdict(
    console: Console,
    verdict: Verdict,
    summary: Sequence[str],
    report_path: Path | str,
    timeline: Timeline | None = None,
) -> None:
    """Print the verdict: framed on a terminal, as plain lines in logs, pipes and with NO_COLOR.

    With ``timeline`` also what the monitoring planes saw, where some watched.
    """
    width = min(_WIDEST, console.width)
    done = deeds(timeline) if verdict.interactive and timeline is not None else []
    if console.is_terminal and not console.is_dumb_terminal and not console.no_color:
        planes = planes_told(timeline, verdict, ink_for(console), width - _FRAME)
        console.print(verdict_panel(verdict, summary, report_path, planes, done), width=width)
    else:
        text = verdict_text(
            verdict, summary, report_path, planes_told(timeline, verdict, ink_for(console), width), done
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True, emoji=False)


def planes_told(timeline: Timeline | None, verdict: Verdict, ink: Ink, width: int) -> list[Text]:
    """What happened and what each dashboard showed, and a sentence about each plane; empty without planes."""
    seen = () if timeline is None else watches(timeline, verdict)
    if timeline is None or not seen:
        return []
    drawn = strips(timeline, seen, ink, width)
    return [Text(TITLE, "bold"), *drawn, *(Text(clean(reading(watch, timeline))) for watch in seen)]


def verdict_panel(
    verdict: Verdict,
    summary: Sequence[str],
    report_path: Path | str,
    planes: Sequence[Text] = (),
    done: Sequence[Deed] = (),
) -> RenderableType:
    """The verdict in a frame: meaning, what happened, the figures, the planes, what speaks against it, the report."""
    style = "blue" if verdict.interactive else _STYLE[verdict.verdict]
    parts: list[RenderableType] = [Text(_sentence(meaning(verdict)), "bold")]
    parts += [Text(clean(said)) for said in story(summary, verdict)]
    if done:
        parts += [Text(f"{deed.when:>28}  {deed.what}") for deed in done]
    parts.append(Padding(_figures(verdict), (1, 0)) if verdict.phases else Text())
    parts += _customers(verdict)
    parts += [*planes, Text()] if planes else []
    for heading, lines in _against(verdict):
        parts.append(Text(heading, f"bold {style}"))
        parts += [Padding(Text(f"• {line}"), (0, 0, 0, 2)) for line in lines]
        parts.append(Text())
    if again := rerun(verdict):
        parts.append(Text(_sentence(clean(again))))
    parts.append(Text.assemble(("Report  ", "bold"), (clean(str(report_path)), "underline")))
    title = Text(f"{mark(verdict)} {word(verdict)}  {clean(verdict.drill)}", f"bold {style}")
    title.truncate(60, overflow="ellipsis")
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, padding=(1, 2))


def verdict_text(
    verdict: Verdict,
    summary: Sequence[str],
    report_path: Path | str,
    planes: Sequence[Text] = (),
    done: Sequence[Deed] = (),
) -> str:
    """The same in plain lines, for logs, pipes and NO_COLOR."""
    lines = [f"{word(verdict)}  {clean(verdict.drill)}: {meaning(verdict)}"]
    lines += [clean(said) for said in story(summary, verdict)]
    lines += [f"  {deed.when:>28}  {deed.what}" for deed in done]
    lines += [f"  {card.value:>8}  {card.label} ({card.note})" for card in cards(verdict)]
    if told := customer_lines(verdict):
        lines += [f"{TITLE_OF_CUSTOMERS}:", *(f"  - {clean(line)}" for line in told)]
    lines += [line.plain.rstrip() for line in planes]
    for title, said in _against(verdict):
        lines += [f"{title}:", *(f"  - {line}" for line in said)]
    if again := rerun(verdict):
        lines.append(_sentence(clean(again)))
    return "\n".join([*lines, f"Report: {clean(str(report_path))}"])


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _figures(verdict: Verdict) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(ratio=1)
    for card in cards(verdict):
        table.add_row(card.value, Text.assemble(card.label, (f"  {card.note}", "dim")))
    return table


def _customers(verdict: Verdict) -> list[RenderableType]:
    """A line for each customer, where there are several."""
    told = customer_lines(verdict)
    if not told:
        return []
    lines = [Padding(Text(f"• {clean(line)}"), (0, 0, 0, 2)) for line in told]
    return [Text(TITLE_OF_CUSTOMERS, "bold"), *lines, Text()]


def _against(verdict: Verdict) -> Iterator[tuple[str, list[str]]]:
    """What speaks against a pass, each under its title; what a reason says isn't said again.

    A run that did not come to its end has measured next to nothing: why it ended is all there is to say.
    """
    reasons = [clean(reason) for reason in against(verdict)]
    if reasons:
        yield "Why", _first(reasons)
    if verdict.outcome != "completed" or verdict.verdict == "unsupported":
        return
    failed = {j.name: f"expected {j.expected}, {figures.found(figures.measured(j))}" for j in missed(verdict)}
    unjudged = {j.name: figures.remark(j) or figures.UNKNOWN for j in unmet(verdict) if j.met is None}
    doubted = {
        f.name: f"limit {f.limit}, {figures.found(figures.finding(f))}"
        for f in doubts(verdict)
        if f.ok is False
    }
    unseen = {f.name: f.detail or figures.UNKNOWN for f in doubts(verdict) if f.ok is None}
    for title, found in (
        ("Failed expectations", failed),
        ("Expectations that could not be judged", unjudged),
        ("Failed instrument checks", doubted),
        ("Instrument checks without a measurement", unseen),
    ):
        lines = [clean(f"{name}: {said}") for name, said in found.items() if not _told(name, reasons)]
        if lines:
            yield title, _first(lines)


def _told(name: str, reasons: list[str]) -> bool:
    return any(reason.startswith(f"{clean(name)}:") for reason in reasons)


def _first(lines: list[str]) -> list[str]:
    """The first lines; the report has them all."""
    if len(lines) <= _MOST:
        return lines
    return [*lines[: _MOST - 1], f"and {len(lines) - _MOST + 1} more, in the report"]

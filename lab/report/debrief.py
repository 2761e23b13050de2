"""The review after a game day, in Markdown: what happened, what each eye showed, what to ask. No one is to blame.

Every figure in it is the score's; charts are the report's.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath

from lab.analysis import plane_rows
from lab.analysis.planes.pages import firings
from lab.analysis.score.game import Game
from lab.analysis.score.game_score import GameScore, WrongTurn
from lab.analysis.score.points import points
from lab.drillfile.causes import KINDS
from lab.journal.exercise_events import DIRECTOR, FACILITATOR
from lab.report.words import clean

NOT = "not in this game"
SHORTEST_STALE_S = 3
"""What is shorter is a scrape that was late, and no story."""
_TIMES = (
    ("noticed: the first act of a responder", "detect_s"),
    ("the cause found: the right declaration that stood", "diagnose_s"),
    ("mitigated: the first mitigation with an effect", "mitigate_s"),
    ("service back, and it stayed", "recover_s"),
    ("customers informed: the first update", "tell_customers_s"),
)
_WHO = {DIRECTOR: "the scenario", FACILITATOR: "the facilitator"}
_HOLDS = {
    "yes": "It holds",
    "no": "It does not hold",
    "unsafe": "Service came back, and the fix is unsafe",
    None: "Whether it holds is not known",
}


def debrief(game: Game, score: GameScore, report: PurePath, *, with_points: bool = False) -> str:
    """The whole review."""
    parts = (
        ("Impact", _impact(score)),
        ("Timeline", _timeline(game)),
        ("What each eye showed", _eyes(score)),
        ("Does the fix hold?", _fix(score)),
        ("Moves that did not help", _turns(score)),
        ("What surprised us", _surprises(game, score)),
        ("Contributing factors", _factors(game, score)),
        ("Actions", ["- [ ] What will we change, who does it, and until when?"]),
    )
    head = [f"# {clean(score.title)}: the review", "", *_head(score)]
    if with_points:
        head += ["", f"{points(score):g} points (they were asked for)."]
    body = [line for title, lines in parts for line in ("", f"## {title}", "", *lines)]
    charts = ["", f"Charts of every second: {report}", ""]
    return "\n".join([*head, *body, *charts])


def _head(score: GameScore) -> Iterator[str]:
    kind = score.cause.partition(" of ")[0]
    drawn = "" if score.seed is None else f", drawn by seed {score.seed}"
    yield f"The cause was `{score.cause}`: {KINDS[kind]}."
    yield f"Scenario `{score.scenario}`{drawn}; {clock(score.lasted_s)} long, {score.pace} pace."
    if not score.complete:
        yield ""
        yield "The game was cut short: the lab or its director died. What was measured until then stands below."


def _impact(score: GameScore) -> list[str]:
    lines = [
        "| Customer | Users | Customer minutes lost | of them by the second trigger |",
        "|---|---|---|---|",
    ]
    for name, loss in score.customers.items():
        seconds = f" ({loss.unmeasured_s} s not measured)" if loss.unmeasured_s else ""
        lost, again = f"{loss.minutes_lost:,.0f}{seconds}", f"{loss.minutes_lost_again:,.0f}"
        lines.append(f"| {clean(name)} | {loss.users:,} | {lost} | {again} |")
    lines += ["", "| Since the trigger began | |", "|---|---|"]
    lines += [f"| {said} | {clock(getattr(score, name))} |" for said, name in _TIMES]
    if score.hints:
        lines.append(f"| the same with what {score.hints} hints cost | {clock(score.recover_with_hints_s)} |")
    return lines


def _timeline(game: Game) -> list[str]:
    found: list[tuple[float, str]] = [(one.at_s, _act(one.act, one.by, one.text)) for one in game.acts]
    for one in game.view.actions.values():
        if one.kind == "setting" or one.applied_s is None:
            continue
        who = _WHO.get(one.by, "responders")
        found.append((one.applied_s, f"{who}: {clean(one.fault)} on {clean(one.target)} is active"))
        if one.reverted_s is not None and one.reverted_s < game.stopped_s:
            found.append((one.reverted_s, f"{who}: {clean(one.fault)} on {clean(one.target)} is undone"))
    found += _seen(game)
    within = sorted(pair for pair in found if game.started_s <= pair[0] <= game.stopped_s)
    return [f"- {clock(at_s - game.started_s)} {said}" for at_s, said in within]


def _seen(game: Game) -> Iterator[tuple[float, str]]:
    """What each plane showed, and when: its pages, and from when to when it was stale."""
    for plane, watched in sorted(game.view.planes.items()):
        for page in firings(watched):
            yield page.received_s, f"the {clean(plane)} plane pages: {clean(page.alert)}"
        stale = [row.second for row in plane_rows(game.view, plane) if row.stale]
        for first, last in _spans(stale):
            if last - first >= SHORTEST_STALE_S:
                until = clock(last - game.started_s)
                yield float(first), f"the {clean(plane)} plane is stale, until {until}"


def _spans(seconds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Seconds one after the other, as the first of them and the one after the last."""
    for _, group in groupby(enumerate(seconds), key=lambda pair: pair[1] - pair[0]):
        together = [second for _, second in group]
        yield together[0], together[-1] + 1


def _act(act: str, by: str, text: str) -> str:
    words = {
        "started": "the game begins",
        "hint": "a hint",
        "update": "customers are informed",
        "declared": "declared",
        "resolved": "resolved",
        "retriggered": "the trigger is played again",
        "stopped": "the game ends",
    }
    if act in {"retriggered", "stopped"}:
        return words[act]
    who = "" if by == DIRECTOR else f" ({clean(by)})"
    said = f": {clean(text)}" if text else ""
    return f"{words.get(act, act)}{who}{said}"


def _eyes(score: GameScore) -> list[str]:
    if not score.planes:
        return ["No monitoring plane was part of this game; responders had the lab's own figures."]
    lines = [
        "| Plane | First page | About | Stale | Longest | Silence noticed |",
        "|---|---|---|---|---|---|",
    ]
    for name, plane in score.planes.items():
        stale, longest = _seconds(plane.stale_s), _seconds(plane.longest_stale_s)
        page, silence = clock(plane.detection_time_s), clock(plane.time_to_dead_mans_switch_s)
        lines.append(f"| {name} | {page} | {plane.detected_by or '-'} | {stale} | {longest} | {silence} |")
    return [
        *lines,
        "",
        "Times since the trigger began; stale: seconds in which its answer was none, old or wrong.",
    ]


def _fix(score: GameScore) -> list[str]:
    if score.cause == "nothing":
        return [f"Nothing was to be fixed. {_sentence(score.because)}"]
    lines = [f"{_HOLDS[score.holds]}: {score.holds_because}."]
    lines += [f"- {clean(one)}" for one in score.looser]
    verdict = "The condition of victory was met" if score.won else "The condition of victory was not met"
    return [*lines, "", f"{verdict}: {score.because}."]


def _turns(score: GameScore) -> list[str]:
    if not score.wrong_turns:
        return ["None."]
    return [_turn(turn) for turn in score.wrong_turns]


def _turn(turn: WrongTurn) -> str:
    shares = ""
    if turn.good_before is not None and turn.good_after is not None:
        shares = f" ({turn.good_before:.0%} good before, {turn.good_after:.0%} after)"
    words = {"undone": "undone later", "worse": "fewer were served after it"}
    said = words.get(turn.because, "no effect within 30 s")
    return f"- {clock(turn.at_s)} {clean(turn.name)} on {clean(turn.target)}: {said}{shares}"


def _surprises(game: Game, score: GameScore) -> Iterable[str]:
    """Questions: what surprised is for those to say who were there."""
    yield "- What did you expect to see at the moment when you noticed, and what did you see?"
    if score.diagnose_s is None and not game.scenario.quiet:
        yield f"- The cause was `{score.cause}`. Which figure would have shown it, and who could have seen that?"
    wrong = [text for _, text in score.declared if text not in {str(one) for one in game.scenario.causes}]
    if wrong:
        yield f"- What made `{clean(wrong[0])}` the best explanation at that time?"
    if any(turn.because == "worse" for turn in score.wrong_turns):
        yield "- After which move did it get worse, and how did you find out?"
    if any((plane.stale_s or 0) > 0 for plane in score.planes.values()):
        yield "- For how long did you believe a plane that was stale? What would have said that it was?"
    if score.tell_customers_s is None and not game.scenario.quiet:
        yield "- When would customers have needed to hear something, and from whom?"


def _factors(game: Game, score: GameScore) -> Iterable[str]:
    """What the scenario did, as conditions of the system and not of people."""
    for cause in game.scenario.causes[:1]:
        yield f"- {cause}: {KINDS[cause.kind]}."
    for name, plane in score.planes.items():
        if (plane.longest_stale_s or 0) > 0:
            yield f"- The plane `{name}` was stale for {plane.longest_stale_s} s at a stretch."
    if score.looser:
        yield "- What protects the system was looser after the fix than before it."
    yield "- What else made this possible, or made it last?"


def clock(seconds: float | None) -> str:
    """``4:07``, minutes and seconds."""
    if seconds is None:
        return NOT
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _seconds(value: int | None) -> str:
    return "not measured" if value is None else f"{value} s"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."

"""The result of a run, in words and four figures, for terminal and page alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.analysis.metrics.recovery import GOOD_FROM
from lab.analysis.verdict.played import ENDED
from lab.analysis.verdict.verdict import Figures, Finding, Judged, Verdict
from lab.report import headline_figures as figures

MEANING = {
    "pass": "the system did what the drill expects",
    "fail": "the system did not do what the drill expects",
    "inconclusive": "the measurement is invalid: an instrument check failed, so it says neither pass nor fail",
    "unsupported": "this runtime can't do what the drill needs; nothing was started",
}
"""What each verdict means to someone who sees one for the first time."""

PLAYED = "people played with this lab; nothing was expected, so there is neither pass nor fail"
MARK = {"pass": "✓", "fail": "✗", "inconclusive": "?", "unsupported": "–"}  # noqa: RUF001 - a dash is meant


@dataclass(frozen=True, slots=True)
class Card:
    """A big figure, what it is, and what to compare it with."""

    value: str
    label: str
    note: str


def cards(verdict: Verdict) -> tuple[Card, ...]:
    """The figures of a storm: how strong, what was left, how long, how it ended, if a fix holds; none of a game."""
    if verdict.interactive:
        return ()
    metrics = verdict.metrics
    return (
        Card(
            figures.NONE
            if metrics.amplification_peak is None
            else f"{figures.ratio(metrics.amplification_peak)}×",  # noqa: RUF001
            "attempts per request, at the peak",
            f"{figures.ratio(metrics.amplification_baseline)} before the trigger",
        ),
        Card(
            figures.rate(metrics.goodput_after_trigger_rps),
            "answered in time, after the trigger",
            f"of {figures.rate(metrics.offered_rps)} offered",
        ),
        _stuck(metrics, verdict.not_judged.get("stuck", "")),
        _recovered(metrics),
        *_fixed(metrics),
    )


def meaning(verdict: Verdict) -> str:
    """What the verdict means, in a sentence without its full stop."""
    return PLAYED if verdict.interactive else MEANING[verdict.verdict]


def word(verdict: Verdict) -> str:
    """The one word, in capitals."""
    return "INTERACTIVE" if verdict.interactive else verdict.verdict.upper()


def mark(verdict: Verdict) -> str:
    """The mark beside the word."""
    return "▶" if verdict.interactive else MARK[verdict.verdict]


def against(verdict: Verdict) -> tuple[str, ...]:
    """The reasons that speak against the verdict; a game that ended as it should has none."""
    if verdict.verdict == "pass" or (verdict.interactive and verdict.outcome in ENDED and _clean(verdict)):
        return ()
    return verdict.reasons


def _clean(verdict: Verdict) -> bool:
    return not any(reason.startswith("not rolled back") for reason in verdict.reasons)


def rerun(verdict: Verdict) -> str | None:
    """Which run this one repeats, and why; None: a first attempt."""
    if not verdict.rerun_of:
        return None
    return f"rerun {len(verdict.rerun_of)}: instrument checks failed in {', '.join(verdict.rerun_of)}"


def story(summary: Sequence[str], verdict: Verdict) -> list[str]:
    """The sentences that say what happened, without the one that repeats the verdict."""
    return [said for said in summary if not said.casefold().startswith(f"{verdict.verdict}:")]


def missed(verdict: Verdict) -> tuple[Judged, ...]:
    """Expectations that were measured, and not met."""
    return tuple(judged for judged in verdict.expectations if judged.met is False)


def unmet(verdict: Verdict) -> tuple[Judged, ...]:
    """Expectations that were not met, or not measured."""
    return tuple(judged for judged in verdict.expectations if judged.met is not True)


def doubts(verdict: Verdict) -> tuple[Finding, ...]:
    """Instrument checks that speak against the measurement."""
    return tuple(f for f in verdict.instrument if f.ok is False or (f.ok is None and f.required))


def _stuck(metrics: Figures, because: str) -> Card:
    label = "stuck after the trigger was gone"
    if metrics.stuck is None:
        return Card(figures.NONE, label, f"not judged: {because}" if because else "not judged")
    if not metrics.stuck:
        return Card("no", label, "goodput did not stay under 50 %")
    return Card(figures.seconds(metrics.stuck_s), label, "goodput stayed under 50 %")


def _recovered(metrics: Figures) -> Card:
    since = "the mitigation" if metrics.mitigation_s is not None else "the trigger's end"
    label = "to recover"
    if metrics.time_to_recover_s is not None:
        before = "; service was back before it" if _back_before(metrics) else ""
        return Card(figures.seconds(metrics.time_to_recover_s), label, f"since {since}{before}")
    if metrics.back_from_s is not None:
        return Card(
            figures.seconds(metrics.back_from_s), "until service was back", "the run ended soon after"
        )
    if metrics.censored_at_s is not None:
        return Card("never", label, f"watched for {figures.seconds(metrics.censored_at_s)} since {since}")
    return Card(figures.NONE, label, "not judged")


def _back_before(metrics: Figures) -> bool:
    """Whether service was back when the mitigation came: what followed is not its doing."""
    good_rps, offered_rps = metrics.goodput_after_trigger_rps, metrics.offered_rps
    if metrics.mitigation_s is None or good_rps is None or offered_rps is None:
        return False
    return metrics.stuck is False and good_rps >= GOOD_FROM * offered_rps


def _fixed(metrics: Figures) -> tuple[Card, ...]:
    """What became of the second trigger; nothing where the trigger did not come again."""
    again = metrics.retrigger
    if again is None:
        return ()
    label = "does the fix hold when the trigger comes again"
    if metrics.holds == "unsafe":
        return (Card("unsafe", label, "; ".join(again.looser)),)
    if again.time_to_recover_s is not None:
        note = f"back {figures.seconds(again.time_to_recover_s)} after the second trigger's end"
    elif again.censored_at_s is not None:
        note = f"watched for {figures.seconds(again.censored_at_s)} after the second trigger's end"
    else:
        note = "not measured"
    return (Card(metrics.holds or figures.NONE, label, note),)

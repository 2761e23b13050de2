"""The verdict in three or four plain sentences, for someone who has never heard of a retry storm."""

from lab.analysis.timeline.moments import helping_s
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import peak, whole_seconds
from lab.analysis.verdict.recovery_words import HARDLY, after_words, unhurt
from lab.analysis.verdict.trigger_words import what_came
from lab.analysis.verdict.verdict import Finding, Verdict

_WORDS = {
    "pass": "Pass: the system did what the drill expects.",
    "fail": "Fail: the system did not do what the drill expects",
    "inconclusive": "Inconclusive: the measurement is invalid",
    "unsupported": "Unsupported: this drill can't be run here",
}

_EFFECT = "fault effect: "
"""So begin the names of the checks of faults: had they the effect that was asked for?"""


def summarise(verdict: Verdict, timeline: Timeline) -> list[str]:
    """Before, during, after, and what ended it; then the verdict. Says nothing that its seconds do not bear out.

    A lab that people played with has no such story: what they did is listed elsewhere.
    """
    if verdict.interactive:
        return []
    said = [_before(verdict), _during(verdict, timeline), *after_words(timeline), _again(verdict, timeline)]
    return [sentence for sentence in said if sentence] + [_verdict(verdict)]


def _before(verdict: Verdict) -> str:
    m = verdict.metrics
    if m.offered_rps is None or m.goodput_baseline_rps is None:
        return ""
    return f"Before: {m.goodput_baseline_rps:.0f} of {m.offered_rps:.0f} requests/s were answered in time."


def _during(verdict: Verdict, timeline: Timeline) -> str:
    came = what_came(timeline, [f.name.removeprefix(_EFFECT) for f in verdict.instrument if _lacks_effect(f)])
    if not came:
        return ""
    most = _most_attempts(timeline)
    if most is None:
        return f"Then came {came}."
    if most < HARDLY:
        return f"Then came {came}; hardly anything was retried."
    return f"Then came {came}: each request became up to {most:.1f} attempts."


def _lacks_effect(finding: Finding) -> bool:
    return finding.name.startswith(_EFFECT) and finding.ok is False


def _most_attempts(timeline: Timeline) -> float | None:
    """The peak amplification from the trigger's start to what was done about it, or to the end."""
    start_s, first = timeline.trigger_start_s, timeline.first_s
    if start_s is None or first is None:
        return None
    helped_s = helping_s(timeline)
    end_s = first[1] if helped_s is None else max(start_s, helped_s)
    return peak(whole_seconds(start_s, end_s), lambda span: amplification(timeline.seconds, span, final=True))


def _again(verdict: Verdict, timeline: Timeline) -> str:
    again, holds = verdict.metrics.retrigger, verdict.metrics.holds
    if again is None or holds is None:
        return ""
    if holds == "no":
        return "Then the same trigger came again, and service was not back in time: the fix does not hold."
    judged = timeline.judged
    if again.start_s is not None and judged is not None and unhurt(timeline, again.start_s, judged[1]):
        back = "Then the same trigger came again, and service went on"
    else:
        later = f"{again.time_to_recover_s or 0:.0f} s after its end service was fully back"
        back = f"Then the same trigger came again: {later}"
    if holds == "unsafe":
        return f"{back}, but the fix is unsafe: {'; '.join(again.looser)}."
    return f"{back}. The fix holds."


def _verdict(verdict: Verdict) -> str:
    first = _WORDS[verdict.verdict]
    if not verdict.reasons:
        return first
    more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
    return f"{first}: {verdict.reasons[0]}{more}."

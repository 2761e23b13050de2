"""JUnit XML for CI servers: a case an expectation, a case an instrument check.

    pass            every case passes
    fail            an expectation that was not met is a ``failure``; one that was not measured an ``error``
    inconclusive    no expectation may be called met or unmet: all are ``skipped``, with what was measured;
                    a failed instrument check is an ``error`` in the instrument suite: CI is not green
    unsupported     one ``skipped`` case says why (the exit code is 4 all the same)

A figure that was not measured has no property, rather than 0. A rerun names the runs that it repeats in the property
``rerun_of``; in a series the errors of a run that was repeated are ``skipped``, as its rerun decides.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chaos.process.files import replace_text
from lab.analysis.verdict.repeats import are_last
from lab.analysis.verdict.verdict import Finding, Judged, Verdict
from lab.report import headline_figures as figures
from lab.report.headline import against, doubts, meaning, unmet
from lab.report.words import clean

_RESULTS = {
    "tests": "testcase",
    "failures": "testcase/failure",
    "errors": "testcase/error",
    "skipped": "testcase/skipped",
}
"""Name of a total -> what it counts."""


def write_junit(path: Path, verdict: Verdict, took_s: float = 0.0) -> None:
    """Write ``junit.xml``.

    Args:
        path: the file to write.
        verdict: the judgement of the run.
        took_s: how long the run took.
    """
    _save(junit(verdict, took_s), path)


def junit(verdict: Verdict, took_s: float = 0.0) -> ET.Element:
    """The document: suite of expectations, suite of instrument checks, with totals on every level."""
    expected = _suite(verdict.drill, took_s)
    _properties(expected, verdict)
    for judged in verdict.expectations:
        _expectation(_case(expected, verdict.drill, judged.name), judged, verdict)
    instrument = _suite(f"{verdict.drill}.instrument", 0.0)
    for finding in verdict.instrument:
        _check(_case(instrument, f"{verdict.drill}.instrument", finding.name), finding)
    _overall(expected, instrument, verdict)
    root = ET.Element("testsuites", name=clean(verdict.drill))
    root.extend([expected, instrument])
    for suite in (expected, instrument):
        _total(suite, [suite])
    _total(root, [expected, instrument])
    root.set("time", f"{took_s:.3f}")
    return root


def write_junit_of_series(path: Path, runs: Sequence[tuple[Verdict, float]]) -> None:
    """Write one document with the suites of several runs; (verdict, took_s) a run.

    Each is named with its seed, a rerun also with its number.
    """
    root = ET.Element("testsuites", name=clean(runs[0][0].drill))
    last = are_last([verdict for verdict, _ in runs])
    for (verdict, took_s), decides in zip(runs, last, strict=True):
        rerun = f" rerun {len(verdict.rerun_of)}" if verdict.rerun_of else ""
        for suite in junit(verdict, took_s):
            suite.set("name", f"{suite.get('name')} seed {verdict.seed}{rerun}")
            if not decides:
                _repeated(suite)
            root.append(suite)
    _total(root, list(root))
    root.set("time", f"{sum(took_s for _, took_s in runs):.3f}")
    _save(root, path)


def _save(root: ET.Element, path: Path) -> None:
    tree = ET.ElementTree(root)
    ET.indent(tree)
    replace_text(path, ET.tostring(root, encoding="unicode", xml_declaration=True))


def _suite(name: str, took_s: float) -> ET.Element:
    return ET.Element("testsuite", name=clean(name), time=f"{took_s:.3f}")


def _case(suite: ET.Element, classname: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=clean(classname), name=clean(name), time="0.000")


def _say(case: ET.Element, tag: str, message: str) -> None:
    """A result other than passed; ``type`` is asked for by some parsers."""
    said = ET.SubElement(case, tag, message=clean(message))
    if tag != "skipped":
        said.set("type", tag)
    said.text = clean(message)


def _properties(suite: ET.Element, verdict: Verdict) -> None:
    """Verdict, seed, runtime, and every figure that was measured."""
    words = {
        "verdict": verdict.verdict,
        "runtime": verdict.runtime,
        "seed": verdict.seed,
        "policy": verdict.policy,
        "rerun_of": ", ".join(verdict.rerun_of) or None,
    }
    box = ET.SubElement(suite, "properties")
    for name, value in _named(words | verdict.metrics.model_dump()):
        if value is not None:
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            ET.SubElement(box, "property", name=clean(name), value=clean(shown))


def _named(told: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, Any]]:
    """Each figure by its full name, as ``monitoring.shared.stale_s``; a list as one text."""
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _named(value, f"{of}{name}.")
        else:
            yield f"{of}{name}", (", ".join(value) or "none") if isinstance(value, tuple) else value


def _expectation(case: ET.Element, judged: Judged, verdict: Verdict) -> None:
    said = f"expected {judged.expected}, {figures.found(figures.measured(judged))}"
    if figures.remark(judged):
        said += f" ({figures.remark(judged)})"
    if verdict.verdict in {"inconclusive", "unsupported"}:
        _say(case, "skipped", f"{verdict.verdict}: {said}")
    elif judged.met is not True:
        _say(case, "failure" if judged.met is False else "error", said)
    ET.SubElement(case, "system-out").text = clean(said)


def _check(case: ET.Element, finding: Finding) -> None:
    said = f"limit {finding.limit}, {figures.found(figures.finding(finding))}"
    if finding.detail:
        said += f" ({finding.detail})"
    if finding.ok is False or (finding.ok is None and finding.required):
        _say(case, "error", said)
    elif finding.ok is None:
        _say(case, "skipped", said)
    ET.SubElement(case, "system-out").text = clean(said)


def _overall(expected: ET.Element, instrument: ET.Element, verdict: Verdict) -> None:
    """A case of its own where the verdict's reason is no single expectation or check: it can't be missed."""
    why = "; ".join(verdict.reasons) or meaning(verdict)
    if verdict.interactive and not against(verdict):
        _say(_case(expected, verdict.drill, "verdict"), "skipped", why)
        return
    if verdict.verdict == "unsupported":
        _say(_case(expected, verdict.drill, "verdict"), "skipped", why)
    elif verdict.verdict == "fail" and not any(judged.met is False for judged in unmet(verdict)):
        _say(_case(expected, verdict.drill, "verdict"), "failure", why)
    elif verdict.verdict == "inconclusive" and not doubts(verdict):
        _say(_case(instrument, f"{verdict.drill}.instrument", "verdict"), "error", why)


def _repeated(suite: ET.Element) -> None:
    """Have a run that was repeated blame nothing: what its checks measured is said, and its rerun decides."""
    for error in suite.findall("testcase/error"):
        error.tag = "skipped"
        error.attrib.pop("type")
        error.text = f"repeated: {error.get('message')}"
        error.set("message", error.text)
    _total(suite, [suite])


def _total(element: ET.Element, suites: list[ET.Element]) -> None:
    """Counts of cases by result."""
    for name, path in _RESULTS.items():
        element.set(name, str(sum(len(suite.findall(path)) for suite in suites)))

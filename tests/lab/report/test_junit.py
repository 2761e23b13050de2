"""JUnit XML as CI servers read it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lab.analysis.verdict.verdict import Plane
from lab.report.junit import junit, write_junit, write_junit_of_series
from tests.lab.report.conftest import make_verdict

DOUBT = {"name": "loop lag", "limit": "< 50 ms", "measured": 81.0, "ok": False}


def judged(name: str, *, met: bool | None) -> dict[str, object]:
    """An expectation."""
    return {"name": name, "expected": "x < 1", "measured": 3.0, "met": met}


def results(suite: ET.Element) -> dict[str, str]:
    """Case -> its result."""
    return {
        case.get("name", ""): next((child.tag for child in case if child.tag != "system-out"), "passed")
        for case in suite.findall("testcase")
    }


def suites(**changes: object) -> tuple[dict[str, str], dict[str, str]]:
    """Results of the expectations and of the instrument checks."""
    expected, instrument = junit(make_verdict(**changes)).findall("testsuite")
    return results(expected), results(instrument)


def test_a_case_an_expectation_and_a_case_a_check() -> None:
    """A pass passes them all; what a check did not need is skipped."""
    expected, instrument = suites()
    assert expected == {"retries amplify": "passed", "stuck": "passed", "recovers": "passed"}
    assert instrument["governor share"] == "skipped"
    assert set(instrument.values()) == {"passed", "skipped"}


def test_unmet_is_a_failure_and_unmeasured_an_error() -> None:
    """CI tells the two apart."""
    wanted = [judged("a", met=True), judged("b", met=False), judged("c", met=None)]
    expected, _ = suites(verdict="fail", expectations=wanted)
    assert expected == {"a": "passed", "b": "failure", "c": "error"}


def test_inconclusive_claims_nothing_about_the_system_but_is_not_green() -> None:
    """Expectations are skipped; the doubt is an error."""
    expected, instrument = suites(
        verdict="inconclusive",
        expectations=[judged("a", met=True), judged("b", met=False)],
        instrument=[DOUBT],
    )
    assert set(expected.values()) == {"skipped"}
    assert instrument == {"loop lag": "error"}


@pytest.mark.parametrize(
    ("verdict", "where", "result"),
    [("fail", 0, "failure"), ("inconclusive", 1, "error"), ("unsupported", 0, "skipped")],
)
def test_a_verdict_without_a_case_to_blame_has_its_own(verdict: str, where: int, result: str) -> None:
    """A run that was interrupted can't look green."""
    found = suites(verdict=verdict, reasons=["interrupted"], expectations=[], instrument=[])
    assert found[where] == {"verdict": result}


def test_the_file_has_totals_and_figures_and_survives_control_characters(tmp_path: Path) -> None:
    """A name with an escape, a tag and a NUL is still XML; figures that were not measured are left out."""
    path = tmp_path / "junit.xml"
    nasty = judged("</testcase><\x1b[31m\x00&", met=False)
    write_junit(path, make_verdict(verdict="fail", expectations=[nasty]), took_s=90.25)
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    assert root.tag == "testsuites"
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "5", "failures": "1", "errors": "0", "skipped": "1", "time": "90.250",
    }  # fmt: skip
    told = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert told["stuck"] == "true"
    assert told["amplification_peak"] == "4.0"
    assert told["goodput_after_trigger_rps"] == "0.0"
    assert "censored_at_s" not in told
    order = [child.tag for child in root.findall("testsuite")[0]]
    assert order == ["properties", "testcase"]


def test_the_planes_figures_are_properties() -> None:
    """Each by its full name; what is unknown has none, and a list without anything in it says so."""
    shared = Plane(
        mode="agent", stale_s=36, scrapes_ok=None, answer_errors={"goodput": 0.5}, alerts_late=("A", "B")
    )
    made = make_verdict()
    metrics = made.metrics.model_copy(update={"monitoring": {"shared": shared}})
    root = junit(made.model_copy(update={"metrics": metrics}))
    told = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert told["monitoring.shared.stale_s"] == "36"
    assert told["monitoring.shared.answer_errors.goodput"] == "0.5"
    assert told["monitoring.shared.alerts_late"] == "A, B"
    assert told["monitoring.shared.alerts_lost"] == "none"
    assert "monitoring.shared.scrapes_ok" not in told


def test_a_series_has_every_runs_suites_under_its_seed(tmp_path: Path) -> None:
    """Totals are over all of them: one run that failed is seen."""
    bad = make_verdict(verdict="fail", expectations=[judged("b", met=False)], seed=8)
    write_junit_of_series(tmp_path / "junit.xml", [(make_verdict(seed=7), 60.0), (bad, 61.5)])
    root = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - our own file
    names = [suite.get("name", "") for suite in root]
    assert [name.rpartition(" seed ")[2] for name in names] == ["7", "7", "8", "8"]
    assert (root.get("failures"), root.get("time")) == ("1", "121.500")
    assert int(root.get("tests", "0")) == sum(int(suite.get("tests", "0")) for suite in root)


def test_the_rerun_of_a_run_decides_whether_a_series_is_green(tmp_path: Path) -> None:
    """What failed before it is skipped, with what it measured; it says what it repeats."""
    doubted = make_verdict(verdict="inconclusive", instrument=[DOUBT], seed=7)
    rerun = make_verdict(seed=7, rerun_of=["first"])
    write_junit_of_series(tmp_path / "junit.xml", [(doubted, 60.0), (rerun, 60.0)])
    root = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - our own file
    assert [suite.get("name", "").partition(" seed ")[2] for suite in root] == [
        "7",
        "7",
        "7 rerun 1",
        "7 rerun 1",
    ]
    assert (root.get("errors"), results(root[1])) == ("0", {"loop lag": "skipped"})
    said = root[1].find("testcase/skipped")
    assert said is not None
    assert str(said.get("message")).startswith("repeated: limit < 50 ms, measured 81")
    named = [one.get("value") for one in root.iter("property") if one.get("name") == "rerun_of"]
    assert named == ["first"]
    write_junit_of_series(tmp_path / "junit.xml", [(doubted, 60.0), (doubted, 60.0)])
    assert ET.parse(tmp_path / "junit.xml").getroot().get("errors") == "2"  # noqa: S314 - our own file

"""The real drills, spoilt: a drill that can be run, or an error with file, line and key; never a traceback.

``LAB_EXAMPLES`` says how many (300; ``make soak``: 10,000).
"""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.drillfile import Drill, DrillError, make
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import Known, known
from lab.session import known_modes, known_services
from lab.session.request import listen_queue
from tests.checkout import ROOT
from tests.lab.drillfile.conftest import EXAMPLES
from tests.lab.drillfile.mutations import ENCODINGS, KINDS, mutate

TOLD = re.compile(r"drills/x\.yaml:[1-9]\d*: \S.*: \S.*|drills/x\.yaml:[1-9]\d*: and \d+ more problems")
SOURCES = [path.read_text() for path in sorted(Path(ROOT / "drills").glob("*.yaml"))]


@pytest.fixture(scope="module")
def ours() -> Known:
    """What this lab knows, with the services and ways of monitoring of its topology."""
    return known(known_services(), known_modes())


@pytest.mark.scaled
@pytest.mark.usefixtures("counted")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
@given(st.data())
def test_a_spoilt_drill_is_run_or_told(ours: Known, data: st.DataObject) -> None:
    """One to three mutations, and any encoding."""
    text = data.draw(st.sampled_from(SOURCES))
    for kind in data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)):
        text = mutate(text, kind, lambda below: data.draw(st.integers(0, below - 1)))
    encoding = data.draw(st.sampled_from(ENCODINGS))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    check(text.encode(encoding, errors), ours)


def check(content: bytes, ours: Known) -> None:
    """It is refused in good words, or can be run, journaled and brought up."""
    try:
        drill = parse_drill(content, "drills/x.yaml", ours)
    except DrillError as error:
        refused = error
    else:
        assert Drill.model_validate(json.loads(json.dumps(drill.resolved(), allow_nan=False))) == drill
        assert listen_queue(drill) >= 1
        assert all(make(step, ours) for step in (*drill.method, *drill.rollbacks))
        return
    most = content.count(b"\n") + content.count(b"\r") + content.count("\u2028".encode()) + 1
    assert refused.problems
    assert all(problem.line <= most for problem in refused.problems)
    assert all(TOLD.fullmatch(line) for line in str(refused).split("\n")), str(refused)


def test_brackets_without_end_are_refused_at_once(ours: Known) -> None:
    """A quarter of a megabyte of them would keep the YAML reader busy for minutes."""
    begun_s = time.monotonic()
    check(b"title: " + b"[" * 250_000, ours)
    assert time.monotonic() - begun_s < 20


@pytest.mark.parametrize("kind", KINDS)
def test_each_mutation_changes_something(kind: str) -> None:
    """Otherwise nothing would be tested by it."""
    assert all(mutate(source, kind, lambda below: below // 2) != source for source in SOURCES)

"""Whatever stands in a drill file: a Drill or a DrillError, never a traceback, never a hang.

``LAB_EXAMPLES=10000`` (make soak) asks for more examples than the default.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.drillfile import Drill, DrillError
from lab.drillfile.metrics import METRICS
from lab.drillfile.phase import ROLES
from lab.drillfile.read_drill import OPTIONAL, REQUIRED, parse_drill
from lab.drillfile.registries import Known
from tests.lab.drillfile.conftest import EXAMPLES

pytestmark = [pytest.mark.scaled, pytest.mark.usefixtures("counted")]
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)

WORDS = [*REQUIRED, *OPTIONAL, *ROLES, *METRICS]
WORDS += [
    "name",
    "role",
    "clock",
    "{for: 10 s, role: aftermath}",
    "metric",
    "is",
    "during",
    "from",
    "since",
    "last",
    "for",
    "url",
    "http://127.0.0.1:8080/health",
    "http://[::1",
    "stat",
    "plane",
    "shared",
    "ops",
    "same-listener",
    "fault",
    "mitigation",
    "load",
    "target",
    "policy",
    "latency",
]
WORDS += ["edge", "bridge", "3000 ms", "10 s", "-1 s", "98 %", ">= 98 % of offered", "< 5", "trigger end"]
WORDS += [
    "true",
    "null",
    ".nan",
    ".inf",
    "1e999",
    "&a",
    "*a",
    "!!x",
    "<<",
    "on",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "#",
    "|",
    ">",
    "%",
    "?",
]
SNIPPETS = [*WORDS, "\n", "\n  ", "\n- ", ": ", "\t", "\x00", "\ufeff", "\u00e9", "\U0001f4a5"]


def read(content: bytes, world: Known) -> Drill | None:
    """The drill, or None where the file was refused as it should be."""
    try:
        return parse_drill(content, "drills/x.yaml", world)
    except DrillError as error:
        refused = error
    assert refused.problems
    assert all(problem.line >= 1 and problem.what for problem in refused.problems)
    assert all(line.startswith("drills/x.yaml:") for line in str(refused).splitlines())
    return None


@MANY
@given(st.data())
def test_mutated_drills_are_read_or_refused(source: str, world: Known, data: st.DataObject) -> None:
    """A good file with pieces cut out, put in or doubled."""
    text = source
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 30)))
        piece = data.draw(
            st.one_of(st.sampled_from(SNIPPETS), st.just(text[start:end] * 2), st.text(max_size=5))
        )
        text = text[:start] + piece + text[end:]
    drill = read(text.encode("utf-8", "surrogatepass"), world)
    assert drill is None or Drill.model_validate(drill.resolved()) == drill


VALUES = st.recursive(
    st.one_of(st.sampled_from(SNIPPETS), st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(SNIPPETS), inner, max_size=4),
    max_leaves=12,
)


@MANY
@given(st.dictionaries(st.sampled_from((*REQUIRED, *OPTIONAL)), VALUES, max_size=8))
def test_generated_drills_are_read_or_refused(world: Known, tree: dict[str, object]) -> None:
    """The right keys with anything at all below them (JSON is YAML)."""
    read(repr_yaml(tree).encode("utf-8", "surrogatepass"), world)


@MANY
@given(st.binary(max_size=200))
def test_garbage_is_refused(world: Known, content: bytes) -> None:
    """Bytes that are nothing."""
    assert read(content, world) is None


def repr_yaml(tree: object) -> str:
    """A tree in YAML's flow style, texts bare, so that YAML's own rules are met."""
    match tree:
        case dict():
            return "{" + ", ".join(f'"{key}": {repr_yaml(value)}' for key, value in tree.items()) + "}"
        case list():
            return "[" + ", ".join(repr_yaml(item) for item in tree) + "]"
        case None:
            return "null"
        case bool():
            return str(tree).lower()
        case _:
            return str(tree)

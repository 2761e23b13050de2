"""No service is named in `lab/` but by the topology: what each is for stands in compose.yaml, once."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import resources
from lab.topology import load_topology
from tests.checkout import ROOT

NAMES = frozenset(load_topology(resources.topology()).roles)
WORDS_OF_DRILL_FILES = frozenset({"bridge", "load"})
"""Sections of a drill file, kinds of a step, who counts attempts: words that do not depend on the services."""

MAY_NAME = {
    "lab/journal/upgrade.py": "the topology of journals of version 1",
    "lab/drillfile/load_section.py": "the key `streaming` of the old form of `load`",
    "lab/drillfile/interactive.py": "a sample value in a hint",
}


def quoted(source: str, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and text of every string, docstrings apart, that is a name, or that names one as code does.

    That is with a port, a path or a quote beside it: ``auth:9000``, ``storefront/metrics``, ``service="edge"``. Prose
    (a help text, a message) may name a service as an example.
    """
    any_name = "|".join(map(re.escape, sorted(names)))
    as_code = re.compile(rf"""(?<![\w-])({any_name})(:\d|/\w)|(["'])({any_name})\3""")
    tree = ast.parse(source)
    statements = (node for node in ast.walk(tree) if isinstance(node, ast.Expr))
    docs = {id(statement.value) for statement in statements}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
            continue
        if node.value in names or as_code.search(node.value):
            yield node.lineno, node.value


@pytest.mark.slow
def test_no_service_is_named() -> None:
    """File and line of every place that knows a service by its name."""
    found = [
        f"{path}:{line}: {text!r}"
        for file in sorted((ROOT / "lab").rglob("*.py"))
        if (path := str(file.relative_to(ROOT))) not in MAY_NAME
        for line, text in quoted(file.read_text(), NAMES - WORDS_OF_DRILL_FILES)
    ]
    assert found == []


@pytest.mark.parametrize("path", MAY_NAME)
def test_an_exception_is_one(path: str) -> None:
    """What names no service any more leaves the list."""
    assert list(quoted((ROOT / Path(path)).read_text(), NAMES - WORDS_OF_DRILL_FILES))


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ('LAST = "auth"', 1),
        ('url = "http://auth:8080/check"', 1),
        ("query = 'up{service=\"edge\"}'", 1),
        ('f"{name}" "router/metrics"', 1),
        ('"""Docstring: edge."""\nx = 1', 0),
        ('help = "A service, e.g. storefront."', 0),
        ('x = {"bridge": 1, "authority": 2}', 0),
    ],
)
def test_what_counts_as_naming(source: str, seen: int) -> None:
    """Names and addresses do, prose doesn't."""
    assert len(list(quoted(source, NAMES - WORDS_OF_DRILL_FILES))) == seen

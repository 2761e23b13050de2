"""A module's name stands for one idea: none occurs more than twice in the repository."""

import subprocess
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 2
"""A module and one that mirrors it, such as a server's side and a client's."""
OF_PYTHON = {"__init__.py", "__main__.py", "conftest.py"}
"""Names that Python or pytest give."""
UNITS = (
    "chaos/faults",
    "chaos/mitigations",
    "chaos/actions",
    "services/policies",
    "services/admission",
    "services/libraries",
)
"""Folders of plug-in units: each file has the name by which a drill asks for it."""


def repeated(paths: list[str]) -> dict[str, list[str]]:
    """Names that occur too often, and where."""
    places = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name not in OF_PYTHON and folder not in UNITS:
            places[name].append(path)
    return {name: found for name, found in places.items() if len(found) > MOST}


def test_no_module_name_occurs_more_than_twice() -> None:
    """Of all modules under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert repeated(listed.stdout.split()) == {}


def test_what_counts() -> None:
    """A third one is too many; what Python names and what a drill names does not count."""
    assert repeated(["a/rows.py", "b/rows.py", "c/rows.py"]) == {
        "rows.py": ["a/rows.py", "b/rows.py", "c/rows.py"]
    }
    assert (
        repeated(["a/rows.py", "b/rows.py", "chaos/faults/rows.py", *(f"{x}/conftest.py" for x in "abc")])
        == {}
    )

"""Tests scripts.reference: what the code knows best is in the docs as the code has it."""

import re

import pytest

from lab.cli.exits import Exit
from scripts.reference import BLOCKS, PAGES, renewed


@pytest.mark.parametrize(("page", "name"), BLOCKS)
@pytest.mark.slow
def test_no_generated_part_is_stale(page: str, name: str) -> None:
    """Else: ``make generate``, and commit what it wrote."""
    text = (PAGES / page).read_text()
    assert renewed(page, name, text) == text, f"docs/reference/{page} is stale; write it anew: make generate"


def test_a_page_without_its_marks_is_refused() -> None:
    """A block that was cut out by accident is missed."""
    with pytest.raises(ValueError, match="needs `<!-- metrics: made by"):
        renewed("metrics.md", "metrics", "# Metrics\n")


def test_every_exit_code_is_explained() -> None:
    """A row each, and no row for a code that there is not."""
    rows = re.findall(r"^\| (\d+) \|", (PAGES / "exit-codes.md").read_text(), re.MULTILINE)
    assert [int(code) for code in rows] == sorted(int(code) for code in Exit)

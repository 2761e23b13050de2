"""Pages, messages, docstrings and drills keep to the glossary: none has a phrase that it names as one not to say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
PACKAGES = ("lab", "chaos", "services", "loadgen", "bench", "scripts")
SPACE = r"\s+"
OLD_NAMES = {"lab/journal/upgrade.py"}
"""What reads the words of before has them, as data."""


def phrases() -> list[str]:
    """What must not be said: the first column of the glossary's last table."""
    table = GLOSSARY.read_text().rsplit("|---|---|\n", 1)[1]
    return [one.strip() for row in table.splitlines() for one in row.split("|")[1].split(", ") if one.strip()]


PHRASES = {phrase: re.compile(rf"\b{phrase.replace(' ', SPACE)}\b", re.IGNORECASE) for phrase in phrases()}


def found_in(text: str) -> list[str]:
    """The phrases that stand in a text, across line ends too."""
    return [phrase for phrase, pattern in PHRASES.items() if pattern.search(text)]


def pages() -> Iterator[Path]:
    """Every page that people read, and the drills; the glossary and what was, apart."""
    yield from (path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md")
    yield from (path for path in (ROOT / "docs").rglob("*.md") if path != GLOSSARY)
    for folder in ("drills", "bench/drills", "bench/plans"):
        yield from (ROOT / folder).rglob("*.yaml")


def modules() -> Iterator[Path]:
    """Every module of the packages, and the templates."""
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")
        yield from (ROOT / package).rglob("*.j2")


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The string constants of a module with their lines: messages, their parts, docstrings. Of a template all of it."""
    text = path.read_text()
    if path.suffix == ".j2":
        yield 1, text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_the_table_is_read() -> None:
    """Commas separate phrases; each is found whatever its case and wherever a line ends."""
    assert {"vouch", "in force", "attempts a request", "mend"} <= set(phrases())
    assert found_in("Attempts a\n    request, recommended") == ["attempts a request"]
    assert found_in("what a voucher mentions") == []


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_says_none_of_them(path: Path) -> None:
    """Docs, drills and plans."""
    assert found_in(path.read_text()) == []


@pytest.mark.slow
def test_no_message_or_docstring_says_one_of_them() -> None:
    """String constants of the packages, and templates."""
    said = [
        f"{path.relative_to(ROOT)}:{line}: {phrase}"
        for path in modules()
        if str(path.relative_to(ROOT)) not in OLD_NAMES
        for line, text in strings(path)
        for phrase in found_in(text)
    ]
    assert said == []

"""Tests docs: every relative link leads to a file, every anchor to a heading of it, and every page is in the index."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    ]
)
README_LINES = 120

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", page.read_text())


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files and anchors that a page links to; other sites are theirs to keep."""
    for target in _LINK.findall(prose(page)):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose(page)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files are there; anchors are headings."""
    broken = [
        f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    """Whoever opens docs/index.md finds all of it."""
    listed = {path for path, _ in links(DOCS / "index.md")}
    missing = [page for page in DOCS.rglob("*.md") if page.resolve() not in listed | {DOCS / "index.md"}]
    assert [page.relative_to(DOCS).as_posix() for page in missing] == []


def test_the_readme_is_short() -> None:
    """What it is, how to start, where to go: the rest is in docs."""
    assert len((ROOT / "README.md").read_text().splitlines()) < README_LINES


def test_the_staircase_is_the_one_that_is_enforced() -> None:
    """The page on architecture names the packages of `lab` in the order that import-linter holds them to."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"] == "lab is a staircase")
    steps = [re.findall(r"\w+", layer) for layer in layers]
    rows = re.search(
        r"^\| Step .*?\n\n", (DOCS / "explanation" / "architecture.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert rows
    named = re.findall(r"`lab\.(\w+)`", rows[0])
    assert sorted(named) == sorted(name for step in steps for name in step)
    depth = {name: number for number, step in enumerate(steps) for name in step}
    assert [depth[name] for name in named] == sorted(depth.values())


@pytest.mark.slow
def test_what_source_files_cite_is_there() -> None:
    """A docstring that names a page names one that exists."""
    cited = re.compile(r"\bdocs/[\w/-]+\.md\b")
    folders = ("lab", "chaos", "services", "loadgen", "bench", "scripts", "tests", "drills", "compose")
    files = [
        path
        for folder in folders
        for kind in ("py", "yaml", "sh")
        for path in (ROOT / folder).rglob(f"*.{kind}")
    ]
    missing = {
        f"{path.relative_to(ROOT)}: {page}"
        for path in files
        for page in cited.findall(path.read_text(errors="replace"))
        if not (ROOT / page).exists()
    }
    assert missing == set()

"""axe finds nothing in the report, whose picture and controls are made by scripts."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.lab.report.test_page_moment import DARK, opened, written

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("page")]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that two planes watched: its page has every control."""
    return written(tmp_path_factory.mktemp("axe"), "embedded-monitoring-blackout")


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), pytest.param(390, "dark", marks=pytest.mark.long)]
)
def test_axe_finds_nothing(browser: Browser, watched: Path, width: int, scheme: str) -> None:
    """Names, roles, contrast, order of headings; with the tables of the second open."""
    page, _ = opened(browser, watched, f"#t={DARK}", width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.click(".picture summary")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    page.close()

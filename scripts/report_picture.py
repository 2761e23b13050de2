"""Take the README's picture of a report anew: ``python -m scripts.report_picture JOURNAL [docs/images/report.png]``.

JOURNAL is a run's journal.jsonl, or one of tests/data/golden (.gz). Needs the development tools and Chromium.
"""

import gzip
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from lab.analysis import judge
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.summary import summarise
from lab.journal import read
from lab.report.html import write_report

WIDTH_PX, HEIGHT_PX = 1100, 2330
WAIT_MS = 120_000


def main(journal: Path, image: Path) -> None:
    """The report of a journal, as it opens."""
    with tempfile.TemporaryDirectory() as folder:
        lines, page_path = Path(folder) / "journal.jsonl", Path(folder) / "report.html"
        text = journal.read_bytes()
        lines.write_bytes(gzip.decompress(text) if journal.suffix == ".gz" else text)
        timeline = Timeline.fold(read(lines).events)
        if timeline.drill is None:
            sys.exit(f"{journal}: no drill was run in it, so it has no report")
        verdict = judge(timeline)
        write_report(page_path, timeline.drill, timeline, verdict, {}, summary=summarise(verdict, timeline))
        _take(page_path, image)
    print(f"{image}: written")


def _take(page_path: Path, image: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        page.goto(page_path.as_uri(), timeout=WAIT_MS)
        page.wait_for_selector("html[data-drawn=true]", timeout=WAIT_MS)
        page.screenshot(path=image, timeout=WAIT_MS)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if sys.argv[2:] else "docs/images/report.png"))

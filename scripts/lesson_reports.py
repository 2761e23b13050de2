"""The reports that the lessons in docs/lessons are about, made from recorded runs: `make lessons`.

    a recorded journal (gzip) -> timeline, verdict -> .lab/lessons/lesson-1.html, ...

Nothing is started: a class needs the pages alone.
"""

import gzip
import sys
import tempfile
from pathlib import Path

from lab.analysis import Timeline, Verdict, judge, summarise
from lab.journal import Journal, read
from lab.report.html import write_report
from lab.runs.home import lab_home

ROOT = Path(__file__).parents[1]
GOLDEN = Path("tests/data/golden")
RECORDED = {
    1: GOLDEN / "embedded-retry-storm.journal.jsonl.gz",
    2: GOLDEN / "embedded-monitoring-blackout.journal.jsonl.gz",
    3: Path("docs/lessons/recorded/embedded-does-the-fix-hold.limit-lifted.journal.jsonl.gz"),
}
"""By lesson, the run that its key has the figures of."""


def recorded(lesson: int) -> tuple[Journal, Timeline, Verdict]:
    """The run of a lesson, judged by the lab of today."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as plain:
        plain.write(gzip.decompress((ROOT / RECORDED[lesson]).read_bytes()))
        plain.flush()
        journal = read(Path(plain.name))
    timeline = Timeline.fold(journal.events)
    return journal, timeline, judge(timeline)


def write(lesson: int, folder: Path) -> Path:
    """Write a lesson's report into a folder; returns the file."""
    journal, timeline, verdict = recorded(lesson)
    if timeline.drill is None:
        raise ValueError(f"{RECORDED[lesson]} has no drill: it is not a recorded run")
    file = folder / f"lesson-{lesson}.html"
    write_report(
        file, timeline.drill, timeline, verdict, {"recorded": RECORDED[lesson].name},
        events=journal.events, summary=summarise(verdict, timeline),
    )  # fmt: skip
    return file


def main() -> None:
    """Write the reports of all lessons into the folder that is named, else into ``lessons`` of the lab's own."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else lab_home() / "lessons"
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in RECORDED:
        sys.stdout.write(f"{write(lesson, folder)}\n")


if __name__ == "__main__":
    main()

"""Who looks on can't end or change what is measured; what is part of it can. Tests lab.journal.writer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.journal import JournalWriter, read
from lab.journal.events import Event, NoteWritten

NOTE = NoteWritten(by="x", role="x", kind="x", text="x")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalWriter]:
    with JournalWriter(tmp_path / "journal.jsonl") as writer:
        yield writer


@pytest.mark.parametrize("error", [ValueError("odd"), SystemExit(1), BrokenPipeError(32, "Broken pipe")])
def test_a_viewer_that_raises_is_detached(journal: JournalWriter, error: BaseException) -> None:
    """The journal and every other viewer go on."""
    seen: list[int] = []

    def breaks(_: Event) -> None:
        raise error

    journal.listen(breaks)
    journal.listen(lambda event: seen.append(event.seq))
    journal.write(NOTE)
    journal.write(NOTE)
    assert seen == [0, 1]
    assert len(journal.lost) == 1
    assert type(error).__name__ in journal.lost[0]
    assert len(read(journal.path).events) == 2


def test_what_is_part_of_the_measurement_is_fed_first_and_its_errors_are_the_runs(
    journal: JournalWriter,
) -> None:
    """A timeline that can't take an event would decide on half of them."""
    order: list[str] = []
    journal.listen(lambda _: order.append("viewer"))
    journal.follow(lambda _: order.append("timeline"))
    journal.write(NOTE)
    assert order == ["timeline", "viewer"]

    def breaks(_: Event) -> None:
        raise ValueError("odd")

    journal.follow(breaks)
    with pytest.raises(ValueError, match="odd"):
        journal.write(NOTE)

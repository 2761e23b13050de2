"""What a killed lab may leave behind: nothing, and a journal that can be judged."""

from dataclasses import dataclass
from pathlib import Path

from chaos.ledger.ledger import read_ledger
from lab.journal import read
from lab.session import RunFolder, judge_run
from tests.live.conftest import Command


@dataclass(frozen=True)
class Killed:
    """A lab at the moment of its death. ``lines``: the whole lines that its journal had by then."""

    lab: Command
    lines: bytes

    @classmethod
    def now(cls, lab: Command) -> "Killed":
        """Look at the journal of a lab that has just been killed."""
        try:
            content = (lab.folder / "journal.jsonl").read_bytes()
        except FileNotFoundError:
            content = b""
        return cls(lab, content[: content.rfind(b"\n") + 1])

    async def check(self) -> None:
        """Nothing of it runs, nothing is active; the journal goes on where it was cut, and is judged."""
        await self.lab.gone()
        assert_nothing_active(self.lab.folder)
        journal = self.lab.folder / "journal.jsonl"
        if not journal.exists():
            return
        assert journal.read_bytes().startswith(self.lines)
        result = judge_run(RunFolder(self.lab.folder))
        closed = read(journal).closed
        assert closed is not None
        assert closed.clean, closed.left
        last = {e["action"]: e["state"] for e in self.lab.events() if e["type"] == "action.changed"}
        assert set(last.values()) <= {"reverted", "refused"}, last
        if closed.outcome == "completed":  # its last line was written before it was killed
            assert b'"run.closed"' in self.lines
            return
        assert (result.verdict.verdict, result.exit_code) == ("inconclusive", 130), result.verdict.reasons
        assert result.verdict.reasons[0].startswith("interrupted: "), result.verdict.reasons
        if result.verdict.drill:  # its first line was written
            assert "interrupted" in (self.lab.folder / "report.html").read_text()


def assert_nothing_active(folder: Path) -> None:
    """The ledger is closed with nothing open; or it was only begun, and then nothing was done at all."""
    ledger = folder / "ledger.jsonl"
    if not ledger.exists() or b"\n" not in ledger.read_bytes():
        return
    account = read_ledger(ledger)
    assert account.open() == []
    assert account.closed or not (account.owned or account.intents)

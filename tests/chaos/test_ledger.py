"""What is on disk before the world changes."""

import os
from pathlib import Path

import pytest

from chaos.actions import ANY, AddToxic, RemoveToxic, StopProcesses
from chaos.ledger import jsonl as lines
from chaos.ledger.ledger import AppliedStep, Intent, Ledger, LedgerError, LedgerState, is_closed, read_ledger
from chaos.process.identity import started_ticks
from chaos.toxic import Toxic

TOXIC = Toxic(name="r.slow", type="latency", attributes={"latency": 10})
STEP = AppliedStep(
    action=AddToxic(api="127.0.0.1:1", proxy="bridge", toxic=TOXIC),
    inverse=RemoveToxic(api="127.0.0.1:1", proxy="bridge", toxic=TOXIC),
)


def intent(name: str) -> Intent:
    return Intent(
        id=name, name=name, kind="fault", fault="latency", target="bridge", params={"latency_ms": 10},
        by="me", steps=(STEP,),
    )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(tmp_path / "ledger.jsonl", "a-run", 100, (1, 2))


def test_reads_back_what_was_written(ledger: Ledger) -> None:
    """The file alone has all that undoing needs."""
    ledger.own(StopProcesses(run="a-run"))
    ledger.intend(intent("a"))
    ledger.settle("a", "applied")
    found = read_ledger(ledger.path)
    assert found == ledger.account
    assert found.header.epoch_s == 100
    assert found.open() == [intent("a")]
    assert found.owned == [StopProcesses(run="a-run")]
    assert not found.closed


@pytest.mark.parametrize(
    ("state", "still_open"),
    [("applied", True), ("rollback-failed", True), ("reverted", False), ("refused", False)],
)
def test_what_is_open(ledger: Ledger, state: LedgerState, still_open: bool) -> None:  # noqa: FBT001
    """Intended counts: it may have been applied; stuck counts: it may be active."""
    ledger.intend(intent("a"))
    assert ledger.account.open()
    ledger.settle("a", state)
    assert bool(ledger.account.open()) is still_open


@pytest.mark.slow
def test_a_torn_last_line_was_not_written(ledger: Ledger) -> None:
    """At every byte at which a crash can tear it."""
    before = ledger.path.read_bytes()
    ledger.intend(intent("a"))
    whole = ledger.path.read_bytes()
    for end in range(len(before), len(whole)):
        ledger.path.write_bytes(whole[:end])
        assert read_ledger(ledger.path).open() == []
        lines.cut_torn_line(ledger.path)
        assert ledger.path.read_bytes() == before


def test_a_second_owner_is_told_who_the_first_is_and_what_to_do(tmp_path: Path) -> None:
    """Whether that one lives, is gone, has ended, or is undetermined: a ledger is begun once."""
    path, me = tmp_path / "ledger.jsonl", os.getpid()
    Ledger.create(path, "a-run", 100, (me, started_ticks(me) or 0))
    with pytest.raises(
        LedgerError, match=rf"a-run in .* has an owner already: process {me}, .*alive.*lab down"
    ):
        Ledger.create(path, "a-run", 100, (3, 4))
    path.unlink()
    gone = Ledger.create(path, "a-run", 100, (me, 1))
    with pytest.raises(LedgerError, match=r"which is gone. Call `lab recover`"):
        Ledger.create(path, "a-run", 100, (3, 4))
    gone.close("me")
    with pytest.raises(LedgerError, match=r"it has ended. Choose another folder"):
        Ledger.create(path, "a-run", 100, (3, 4))
    path.write_text("")
    with pytest.raises(LedgerError, match=r"can't be read.*Choose another folder"):
        Ledger.create(path, "a-run", 100, (3, 4))


def test_what_was_released_need_not_be_taken_down(ledger: Ledger) -> None:
    """A ledger is done when nothing is active and nothing is owned; only then it may be closed."""
    assert ledger.account.done()
    ledger.own(StopProcesses(run="a-run"))
    assert not ledger.account.done()
    ledger.intend(intent("a"))
    ledger.release()
    assert not ledger.account.done()
    ledger.settle("a", "reverted")
    assert ledger.account.done()
    assert read_ledger(ledger.path).owned == []


def test_a_line_after_the_end_does_not_open_a_ledger_again(ledger: Ledger) -> None:
    """An owner that wakes up after the watchdog has taken over settles what it was at: the run stays closed."""
    ledger.intend(intent("a"))
    ledger.close("watchdog")
    ledger.settle("a", "reverted", "x" * 500)
    assert is_closed(ledger.path)
    assert read_ledger(ledger.path).closed


def test_a_ledger_that_is_gone_is_as_good_as_closed(ledger: Ledger) -> None:
    """The end alone is read, so it can be asked ten times a second."""
    assert not is_closed(ledger.path)
    ledger.close("me")
    assert is_closed(ledger.path)
    ledger.path.unlink()
    assert is_closed(ledger.path)


def test_a_full_disk_leaves_no_half_line(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is taken back, and nothing is applied."""
    before, write = ledger.path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:10]))
    with pytest.raises(LedgerError, match="only 10 of"):
        ledger.intend(intent("a"))
    assert ledger.path.read_bytes() == before
    assert ledger.account.open() == []


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}\n', "no json\n", '{"type":"opened"}\nx\n{}\n'])
def test_what_is_no_ledger_is_an_error_not_a_traceback(tmp_path: Path, content: str) -> None:
    """With the path, as someone will have to look."""
    path = tmp_path / "ledger.jsonl"
    path.write_text(content)
    with pytest.raises(LedgerError, match=str(path)):
        read_ledger(path)


def test_an_action_survives_json() -> None:
    """What the ledger writes, ANY reads."""
    assert ANY.validate_python(STEP.action.model_dump(mode="json")) == STEP.action
    assert ANY.validate_json(STEP.inverse.model_dump_json()) == STEP.inverse


@pytest.mark.slow
def test_what_is_settled_takes_no_memory_but_is_known(ledger: Ledger) -> None:
    """A lab on which runs are made for hours has thousands of them; undoing one again is no error."""
    for number in range(50):
        ledger.intend(intent(f"{number:02d}-slow"))
        ledger.settle(f"{number:02d}-slow", "applied")
        if number != 7:
            ledger.settle(f"{number:02d}-slow", "reverted")
    for account in (ledger.account, read_ledger(ledger.path)):
        assert [one.id for one in account.open()] == ["07-slow"]
        assert len(account.intents) == 1
        assert len(account.states) == 50

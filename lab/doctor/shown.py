"""What was found, for people: fits a terminal of 80 columns."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.doctor.diagnosis import Diagnosis
from lab.doctor.prediction import Prediction

COLOURS = {
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
    "fit": "green",
    "doubtful": "yellow",
    "not fit": "red",
}


def show(
    console: Console, findings: Iterable[Diagnosis], predictions: Iterable[Prediction], *, fit: bool
) -> None:
    """What was found, and under it what to do; then what to expect of a drill; then the one word."""
    console.print(_findings(findings))
    if predictions := tuple(predictions):
        console.print(Text(f"\nExpect of {predictions[0].drill} at {predictions[0].rate_rps:g} requests/s:"))
        console.print(_predictions(predictions))
    if not fit:
        console.print("\nNot fit for the lab: see above.")
    elif predictions and all(one.word == "not fit" for one in predictions):
        console.print("\nFit for the lab, but not as it is now: see above.")
    else:
        console.print("\nFit for the lab.")


def _table(columns: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for _ in range(columns - 1):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _findings(findings: Iterable[Diagnosis]) -> Table:
    table = _table(3)
    for finding in findings:
        state = Text(finding.state, COLOURS[finding.state])
        table.add_row(state, finding.name, Text(finding.found))
        if finding.todo:
            table.add_row("", "", Text(f"-> {finding.todo}", "dim"))
    return table


def _predictions(predictions: Iterable[Prediction]) -> Table:
    table = _table(3)
    for one in predictions:
        said = [*one.because, _up_to(one)]
        word = Text(one.word, COLOURS[one.word])
        for line, text in enumerate(filter(None, said)):
            table.add_row(*(("", "") if line else (one.runtime, word)), Text(text))
    return table


def _up_to(one: Prediction) -> str:
    if one.up_to_rps:
        return f"fit up to {one.up_to_rps} requests/s"
    return "" if one.word == "fit" else "at no rate, as long as that is so"

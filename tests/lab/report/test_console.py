"""What users wrote is shown as they wrote it, wherever it is printed."""

import re
import sys
from pathlib import Path

import pytest
from rich.panel import Panel
from rich.table import Table

import lab
from lab.cli import main
from lab.drillfile import Drill, load_drill
from lab.report.console import Console
from lab.report.terminal.variant_table import say_variants
from tests.lab.report.conftest import make_verdict

NASTY = "[SEV1] slow [/api/login] :fire: [bold]x[/]"
DRILL = """\
version: 1
title: "[SEV1] slow [/api/login] :fire: [bold]x[/]"
load: {target: edge, rate: 100 /s}
bridge: {headroom: 1.5}
phases: {baseline: 10 s, trigger: 5 s, aftermath: 15 s}
method:
  - {name: slow, during: trigger, fault: latency, target: bridge, latency: 3 s}
expect:
  - {name: served, metric: stuck, is: false}
variants:
  - {name: one, configuration: {storefront: {policy: none}}}
  - {name: other, configuration: {storefront: {policy: none}}, title: "[/other] [SEV1] :fire:"}
"""


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """A drill with titles as people write them."""
    (tmp_path / "nasty.yaml").write_text(DRILL)
    return load_drill(tmp_path / "nasty.yaml")


@pytest.mark.parametrize("stderr", [False, True])
def test_no_text_is_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, stderr: bool
) -> None:
    """In a line, in a cell, as a heading, in a frame."""
    monkeypatch.setenv("COLUMNS", "200")
    table = Table(title=NASTY)
    table.add_column(NASTY)
    table.add_row(NASTY)
    console = Console(stderr=stderr)
    console.print(NASTY)
    console.print(table)
    console.print(Panel(NASTY))
    captured = capsys.readouterr()
    assert (captured.err if stderr else captured.out).count(NASTY) == 5


@pytest.mark.usefixtures("drill")
@pytest.mark.parametrize("command", ["show", "validate"])
@pytest.mark.slow
def test_a_drill_is_shown_and_validated(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lab show` of a stranger's drill was a MarkupError, and exit code 5."""
    monkeypatch.setenv("COLUMNS", "200")
    file = tmp_path / "nasty.yaml"
    monkeypatch.setattr(sys, "argv", ["lab", command, str(file)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in {None, 0}
    assert (NASTY if command == "show" else "ok (nasty") in capsys.readouterr().out


def test_the_table_of_variants_shows_names_as_they_are(
    drill: Drill, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is printed after a whole run."""
    monkeypatch.setenv("COLUMNS", "200")
    verdict = make_verdict()
    named = verdict.model_copy(
        update={"expectations": [one.model_copy(update={"name": NASTY}) for one in verdict.expectations]}
    )
    say_variants(Console(), drill, [named])
    assert NASTY in capsys.readouterr().out


@pytest.mark.slow
def test_no_command_makes_a_console_of_its_own() -> None:
    """One of rich's would take text for markup by default."""
    own = Path(lab.__file__).parent / "report" / "console.py"
    made = re.compile(r"(?<![\w.])(?:rich\.console\.)?Console\(")
    for path in Path(lab.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path != own and made.search(text):
            assert "from lab.report.console import Console" in text, path
            assert "rich.console import Console" not in text, path

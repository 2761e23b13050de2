"""Every example of docs/reference/library.md. Tests lab.api, lab.aio and lab.campaign, live."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT

pytestmark = pytest.mark.live

PAGE = ROOT / "docs" / "reference" / "library.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def typed(example: str, folder: Path) -> str:
    """What it prints, in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=folder, capture_output=True, text=True, timeout=280, check=False
    )
    assert not done.returncode, done.stderr[-3000:]
    return done.stdout


@pytest.mark.long
@pytest.mark.xdist_group("turns")
@pytest.mark.parametrize("number", [n for n, one in enumerate(EXAMPLES) if "smokey" not in one])
def test_it_runs(number: int, tmp_path: Path) -> None:
    """To its end, without an error; whether the machine was quiet enough for a verdict is another question."""
    typed(EXAMPLES[number], tmp_path)
    assert list(tmp_path.glob(".lab/runs/*/verdict.json"))


def test_a_wrong_name_is_refused_in_the_words_of_the_command(tmp_path: Path) -> None:
    """And no folder is made."""
    (example,) = (one for one in EXAMPLES if "smokey" in one)
    said = typed(example, tmp_path)
    command = subprocess.run(
        [sys.executable, "-c", "from lab.cli import main; main()", "run", "smokey"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert f"lab: {said}" in command.stderr
    assert "smokey" in said
    assert not (tmp_path / ".lab").exists()

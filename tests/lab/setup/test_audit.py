"""The audit of the locked dependencies: what pip-audit says decides; where it can't ask anyone, no one is blamed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[3] / "scripts" / "audit.py"
FLAW = {"id": "PYSEC-1", "fix_versions": ["1.1"], "description": "", "aliases": []}


def audit(folder: Path, said: str) -> subprocess.CompletedProcess[str]:
    """Run the audit where pip-audit says this."""
    (folder / "pip_audit.py").write_text(f"print({said!r})\n")
    return subprocess.run(
        [sys.executable, str(AUDIT), "all.lock"],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder, env={"PYTHONPATH": str(folder)},
    )  # fmt: skip


@pytest.mark.slow
def test_a_known_vulnerability_fails_and_is_named(tmp_path: Path) -> None:
    """Package, version, the flaw's name and the version that fixes it are said."""
    bad = {"name": "left-pad", "version": "1.0", "vulns": [FLAW]}
    done = audit(tmp_path, json.dumps({"dependencies": [bad], "fixes": []}))
    assert done.returncode == 1
    assert "left-pad 1.0: PYSEC-1, fixed in 1.1" in done.stdout


@pytest.mark.slow
def test_nothing_known_passes_and_says_how_many_were_looked_at(tmp_path: Path) -> None:
    """A package that could not be looked up is not counted."""
    packages = [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}]
    done = audit(tmp_path, json.dumps({"dependencies": packages, "fixes": []}))
    assert done.returncode == 0
    assert "1 packages, 0 known vulnerabilities" in done.stdout


@pytest.mark.parametrize("said", ["", "no network", '{"dependencies": [{"name": "b", "skip_reason": "no"}]}'])
@pytest.mark.slow
def test_where_the_records_can_t_be_had_it_says_so(tmp_path: Path, said: str) -> None:
    """Not audited is not the same as nothing known."""
    done = audit(tmp_path, said)
    assert done.returncode == 0
    assert "was not audited" in done.stdout

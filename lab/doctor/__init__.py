"""Is this machine fit for the lab, and if not, what to do. Looks only: nothing is installed or changed."""

import json
import sys
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.table import Table

from lab.doctor.diagnosis import Diagnosis
from lab.doctor.home_folder import home_folder
from lab.doctor.machine import MACHINE
from lab.doctor.plane_memory import planes_memory
from lab.doctor.programs import monitors, runtimes

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
FIT, UNFIT = 0, 4


def main(*, as_json: bool = False) -> int:
    """Examine, print a table or JSON, and say whether the lab can run here: 0, else 4."""
    findings = examine()
    fit = all(finding.state != "fail" for finding in findings)
    if as_json:
        sys.stdout.write(json.dumps({"fit": fit, "findings": list(map(asdict, findings))}, indent=2) + "\n")
    else:
        _print(findings, fit=fit)
    return FIT if fit else UNFIT


def examine() -> list[Diagnosis]:
    """Every check, in the order in which they are shown. Each is independent of the others."""
    return [*(check() for check in MACHINE), *monitors(), planes_memory(), home_folder(), *runtimes()]


def _print(findings: list[Diagnosis], *, fit: bool) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("", "What", "Found", "To do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        state = f"[{COLOURS[finding.state]}]{finding.state}"
        table.add_row(state, finding.name, finding.found, finding.todo)
    console = Console()
    console.print(table)
    console.print("Fit for the lab." if fit else "Not fit for the lab: see what failed above.")

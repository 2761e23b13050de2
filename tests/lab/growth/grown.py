"""A copy of the lab with one toy of each kind: a file each and its line in the registry, nothing else.

tests/lab/growth/toys/NAME.py ──copied──▶ where its kind lives
REGISTRIES                    ──written─▶ the line that names it
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.checkout import ROOT

TOYS = Path(__file__).with_name("toys")
PACKAGES = ("lab", "chaos", "services", "loadgen", "compose", "drills", "requirements")

PLACES = {
    "sluggish": "chaos/faults",
    "trim": "chaos/mitigations",
    "never_twice": "services/policies",
    "hurried": "services/admission",
    "parrot": "services",
    "heard": "lab/analysis/checks",
}
"""Toy -> the folder of its kind."""

ENTRY = """
  parrot:
    <<: *service
    x-lab: {{kind: server, settings: services.parrot, watched: true}}
    command: [python, -m, services.parrot]
    environment:
      SERVICE: parrot
      DATA: 0.0.0.0:8080
      CONTROL: 0.0.0.0:9000
      TOKEN_FILE: /run/secrets/lab_token
    networks: [internal]
    expose: ["8080"]
    ports: ["127.0.0.1::9000"]
    healthcheck: *health

  choir:
    <<: *service
    x-lab:
      roles:
        polly: {{kind: server, settings: services.parrot, watched: true, data: 8080, control: 9000}}
        coco: {{kind: server, settings: services.parrot, data: 8081, control: 9001}}
    command: [python, -m, services.together, "polly=services.parrot:Parrot", "coco=services.parrot:Parrot"]
    environment:
      SERVICE: choir
      POLLY__DATA: 0.0.0.0:8080
      POLLY__CONTROL: 0.0.0.0:9000
      COCO__DATA: 0.0.0.0:8081
      COCO__CONTROL: 0.0.0.0:9001
      TOKEN_FILE: /run/secrets/lab_token
    networks: [internal]
    expose: ["8080", "8081"]
    ports: ["127.0.0.1::9000", "127.0.0.1::9001"]
    healthcheck: *health
"""
"""The toy role's entries in compose.yaml: one process of its own, and one that it shares with another of its kind.

Braces are doubled: it goes through `format`.
"""

REGISTRIES: dict[str, tuple[tuple[str, str], ...]] = {
    "chaos/faults/__init__.py": (
        ("from chaos.faults.unavailable import", "from chaos.faults.sluggish import Sluggish\n{}"),
        ("for fault in (", "{}Sluggish, "),
    ),
    "chaos/mitigations/__init__.py": (
        ("MITIGATIONS: dict[", "from chaos.mitigations.trim import Trim\n\n{}"),
        ("for mitigation in (", "{}Trim, "),
    ),
    "services/policies/registry.py": (
        ("from services.policies import (\n", "{}    never_twice,\n"),
        ("_GUARDS = (\n", "{}    never_twice.SPEC,\n"),
    ),
    "services/admission/admissions.py": (
        ("from services.admission import ", "{}hurried, "),
        ("_ALL = (", "{}hurried.SPEC, "),
    ),
    "lab/analysis/checks/__init__.py": (
        ("CHECKS: Mapping[str, Checker] = {\n", '{}    "heard": check_heard,\n'),
        ("from lab.analysis.checks.host import", "from lab.analysis.checks.heard import check_heard\n{}"),
    ),
    "compose/compose.yaml": (
        (
            "\n  load:\n",
            ENTRY + "{}",
        ),
    ),
}
"""Registry -> text that stands there, and what it becomes: the import and the entry."""


@dataclass(frozen=True)
class Grown:
    """The copy."""

    folder: Path

    def python(self, *arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run Python as someone who works in the copy does."""
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "LAB_HOME": str(self.folder / "home"),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


def grow(folder: Path) -> Grown:
    """Make the copy, and put the toys into it."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for toy, place in PLACES.items():
        shutil.copy(TOYS / f"{toy}.py", folder / place / f"{toy}.py")
    for registry, lines in REGISTRIES.items():
        text = (folder / registry).read_text()
        for there, becomes in lines:
            assert text.count(there) == 1, f"{registry}: {there!r} stands there {text.count(there)} times"
            text = text.replace(there, becomes.format(there))
        (folder / registry).write_text(text)
    return Grown(folder)

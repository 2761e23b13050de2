"""Audit the locked dependencies against the public records of known vulnerabilities: ``make lint`` calls it.

    python scripts/audit.py LOCK_FILE

Where the records can't be had (no network, a mirror that doesn't serve them) it says so and ends with 0: there is
nothing to judge by. Exit codes: 0 nothing known, or nothing to be had; 1 something is known.
"""

import json
import subprocess
import sys
from typing import Any

DEADLINE_S = 120
AUDIT = (sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def audited(lock: str) -> list[dict[str, Any]]:
    """pip-audit's word on each locked package; none where it could ask no one."""
    try:
        done = subprocess.run(
            [*AUDIT, "--requirement", lock], capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return [package for package in found if "skip_reason" not in package]


def main() -> int:
    """Say what is known; the exit code."""
    lock = sys.argv[1]
    packages = audited(lock)
    if not packages:
        print(f"audit: the records of vulnerabilities can't be had here; {lock} was not audited")
        return 0
    known = [(package, flaw) for package in packages for flaw in package["vulns"]]
    for package, flaw in known:
        fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"audit: {package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}")
    print(f"audit: {lock}: {len(packages)} packages, {len(known)} known vulnerabilities")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())

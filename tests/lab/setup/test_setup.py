"""scripts/setup.sh, on a copy in a folder with a space, with a Python and a pip that only pretend."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[3]
FILES = ("scripts/setup.sh", "requirements/all.lock", "pyproject.toml", "compose/.env", "Makefile")
PYTHON = """\
#!/bin/sh
# What a Python does for setup.sh. FAIL says what goes wrong.
case "$*" in
    *'version_info <'*) [ "${FAIL:-}" != old ] ;;
    *'version_info[:2]'*) echo 3.11 ;;
    *ensurepip*) [ "${FAIL:-}" != ensurepip ] ;;
    -V) echo "Python 3.11.99" ;;
    '-m venv .venv') mkdir -p .venv/bin; cp "$0" .venv/bin/python
        printf '#!/bin/sh\\necho "pip 99 from %s/.venv/lib/pip (python 3.11)"\\n' "$(pwd -P)" >.venv/bin/pip
        chmod +x .venv/bin/pip ;;
    *'pip install'*) echo "$*" >>.venv/pip.log
        if [ "${FAIL:-}" = pip ]; then
            echo 'Traceback (most recent call last): not to be shown'
            echo 'ERROR: No matching distribution found for aiohttp==3'; exit 1
        elif [ "${FAIL:-}" = disk ]; then echo 'OSError: [Errno 28] No space left on device'; exit 1; fi ;;
    '-m lab.runtime.binaries') echo asked >>.venv/binaries.log
        if [ "${FAIL:-}" = monitors ]; then echo 'setup: no prometheus to be had' >&2
        else echo 'prometheus: /bin/false (5.1 s)'; fi
        [ "${FAIL:-}" != toxiproxy ] && echo "toxiproxy: /bin/true (0.1 s)" ;;
esac
"""


@dataclass
class Checkout:
    """A copy of what setup.sh needs."""

    folder: Path
    tools: Path

    def setup(self, *arguments: str, fail: str = "") -> subprocess.CompletedProcess[str]:
        """Run it as a user who is not root, with a minimal environment."""
        env = {"PATH": f"{self.tools}:/usr/bin:/bin", "PYTHON": str(self.tools / "python3"), "FAIL": fail}
        command = ["sh", str(self.folder / "scripts" / "setup.sh"), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)

    def installs(self) -> int:
        """How often pip was called so far."""
        return len((self.folder / ".venv" / "pip.log").read_text().splitlines())


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder, tools = tmp_path / "a checkout", tmp_path / "tools"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"):
        (tools / name).write_text(PYTHON)
        (tools / name).chmod(0o755)
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    return Checkout(folder, tools)


def test_nothing_but_the_lock_is_installed_and_the_lock_is_complete(checkout: Checkout) -> None:
    """No resolver that a release of tomorrow can upset, and every package has all that it needs."""
    assert checkout.setup().returncode == 0
    log = (checkout.folder / ".venv" / "pip.log").read_text().splitlines()
    assert all("--no-deps" in line for line in log)
    assert "--require-hashes" in log[0]
    check = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert check.returncode == 0, check.stdout


def test_the_second_run_does_nothing_and_needs_nothing(checkout: Checkout) -> None:
    """The first says what it installed and how long each took; the second is over in a moment."""
    first = checkout.setup()
    assert first.returncode == 0, first.stderr
    assert (checkout.folder / ".venv" / "toxiproxy.path").read_text() == "/bin/true\n"
    assert "packages of requirements/all.lock installed (" in first.stdout
    assert "ready (" in first.stdout
    took_s = []
    for _ in range(5):
        began = time.monotonic()
        quiet = checkout.setup("--quiet", fail="pip")
        took_s.append(time.monotonic() - began)
    assert min(took_s) < 0.3, "at best: the machine may have other work"
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert "nothing to do" in checkout.setup().stdout
    assert checkout.installs() == 2


def test_a_changed_lock_is_installed(checkout: Checkout) -> None:
    """Into the same environment."""
    checkout.setup()
    lock = checkout.folder / "requirements" / "all.lock"
    lock.write_text(lock.read_text() + "# changed\n")
    assert checkout.setup().returncode == 0
    assert checkout.installs() == 4


def test_an_environment_that_works_is_kept_whoever_made_it(checkout: Checkout) -> None:
    """No stamp of ours in it: still someone's, and perhaps in use right now."""
    subprocess.run([checkout.tools / "python3", "-m", "venv", ".venv"], cwd=checkout.folder, check=True)
    treasure = checkout.folder / ".venv" / "treasure"
    treasure.touch()
    assert checkout.setup().returncode == 0
    assert treasure.exists()


def test_a_broken_environment_is_put_aside_not_deleted(checkout: Checkout) -> None:
    """Without pip, as Debian leaves it behind."""
    (checkout.folder / ".venv" / "bin").mkdir(parents=True)
    (checkout.folder / ".venv" / "treasure").touch()
    done = checkout.setup()
    assert done.returncode == 0, done.stderr
    assert "put the .venv" in done.stdout
    assert len(list(checkout.folder.glob(".lab/venv-broken-*/treasure"))) == 1


def test_a_moved_folder_gets_a_new_environment(checkout: Checkout) -> None:
    """Its commands hold the old path."""
    checkout.setup()
    moved = Checkout(checkout.folder.rename(checkout.folder.with_name("moved")), checkout.tools)
    done = moved.setup()
    assert done.returncode == 0, done.stderr
    assert ".venv made" in done.stdout


@pytest.mark.parametrize(
    ("fail", "shown"),
    [
        ("old", ("needs Python 3.11 or newer", "PYTHON=/path/to/python3")),
        ("ensurepip", ("no module ensurepip", "install python3.11-venv")),
        ("pip", ("No matching distribution", "Connect to the internet")),
        ("disk", ("the disk is full", "Free about 1 GB")),
    ],
)
def test_trouble_has_a_cause_and_a_remedy(checkout: Checkout, fail: str, shown: tuple[str, ...]) -> None:
    """Exit code 4, no traceback, and the next run starts over."""
    done = checkout.setup(fail=fail)
    assert done.returncode == 4
    for part in shown:
        assert part in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert checkout.setup().returncode == 0


def test_without_toxiproxy_the_rest_is_ready_and_it_is_tried_again(checkout: Checkout) -> None:
    """The compose runtime works without; packages are not installed twice for it."""
    without = checkout.setup(fail="toxiproxy")
    assert without.returncode == 0
    assert "only the compose runtime" in without.stderr
    assert "ready" in checkout.setup().stdout
    assert checkout.installs() == 2


def test_without_the_monitors_it_is_ready_and_not_tried_again(checkout: Checkout) -> None:
    """It is said once; no later target pays for it, and a drill that monitors gets them itself."""
    without = checkout.setup(fail="monitors")
    assert (without.returncode, without.stderr) == (0, "setup: no prometheus to be had\n")
    assert "ready" in without.stdout
    assert (checkout.folder / ".venv" / "toxiproxy.path").read_text() == "/bin/true\n"
    again = checkout.setup("--quiet", fail="monitors")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (checkout.folder / ".venv" / "binaries.log").read_text() == "asked\n"


def test_every_target_explains_itself() -> None:
    """`make` alone is `make help`, and has every target in it."""
    said = subprocess.run(["make", "-s", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    asked = "help setup drill smoke test test-containers soak lint engine images up down doctor bench clean"
    assert [name for name in asked.split() if f"make {name} " not in said] == []


@pytest.mark.soak
def test_a_clone_in_a_folder_with_a_space_is_set_up_for_real(tmp_path: Path) -> None:
    """With nothing in the environment but PATH and HOME (and pip's certificates)."""
    clone = tmp_path / "a clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    env = {name: os.environ[name] for name in ("PATH", "HOME", "PIP_CERT") if name in os.environ}
    for expected in ("ready (", "nothing to do"):
        done = subprocess.run(
            ["make", "setup"], cwd=clone, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
    subprocess.run([clone / ".venv" / "bin" / "pytest", "--version"], check=True)

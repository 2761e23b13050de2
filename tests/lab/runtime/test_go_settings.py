"""By which Go, and with which of its settings, the lab's programs are built: real shells, stand-ins for Go."""

import shlex
import subprocess
from pathlib import Path

import pytest

from lab.runtime.binaries import gomodule
from tests.checkout import ROOT
from tests.lab.runtime.test_binaries import program

COMPOSE = ROOT / "compose"


def go(path: Path, version: str, *, own: str = "") -> Path:
    """A Go with settings of its distribution (``own``: lines of a shell); what is exported outranks them, as in Go."""
    return program(
        path,
        f"""{own}
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
env) case "$2" in
    GOPROXY) echo "${{GOPROXY:-the-usual-proxy}}" ;;
    GOSUMDB) echo "${{GOSUMDB:-${{own_sumdb:-the-usual-sums}}}}" ;;
    GOTOOLCHAIN) echo "${{GOTOOLCHAIN:-${{own_toolchain:-auto}}}}" ;;
    esac ;;
esac""",
    )


def chosen(tmp_path: Path, **exported: str) -> str:
    """The Go that the lab takes: of PATH, or else its own."""
    text = (COMPOSE / "engine.sh").read_text().replace("/usr/local/go/bin/go", str(tmp_path / "none"))
    (tmp_path / "engine.sh").write_text(text.replace("fetch_go() {", "fetch_go() { return 0\n", 1))
    (tmp_path / "steps.sh").write_text((COMPOSE / "steps.sh").read_text())
    env = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path), **exported}
    done = subprocess.run(
        ["sh", tmp_path / "engine.sh", "--go"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return "PATH" if done.stdout.strip() == str(tmp_path / "bin" / "go") else "own"


@pytest.mark.parametrize(
    ("version", "own", "expected"),
    [
        ("1.24.6", "", "PATH"),
        ("1.21.0", "", "PATH"),
        ("1.20.9", "", "own"),
        ("1.21.0", "own_toolchain=local", "own"),
        ("1.24.6", "own_toolchain=local", "PATH"),
        ("1.26.8", "own_toolchain=local", "PATH"),
        ("1.26.8", "own_sumdb=off", "own"),
        ("1.26.8", "exit 1", "own"),
    ],
)
def test_a_distribution_s_go_is_taken_only_if_it_can_and_may(
    tmp_path: Path, version: str, own: str, expected: str
) -> None:
    """GOTOOLCHAIN=local (Fedora, RHEL, Alpine) forbids it to fetch a newer one; GOSUMDB=off to verify anything."""
    go(tmp_path / "bin" / "go", version, own=own)
    assert chosen(tmp_path) == expected


@pytest.mark.parametrize("exported", [{"GOSUMDB": "off"}, {"GOTOOLCHAIN": "local"}, {"GONOSUMDB": "*"}])
def test_what_a_user_has_exported_forbids_nothing(tmp_path: Path, exported: dict[str, str]) -> None:
    """It is left out of the build, so the Go on PATH will do."""
    go(tmp_path / "bin" / "go", "1.21.0")
    assert chosen(tmp_path, **exported) == "PATH"


def test_builds_verify_checksums_whatever_the_user_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where modules come from is the user's to say; that they are verified is not. In Python and in the shell alike."""
    stand_in = go(tmp_path / "go", "1.24.6")
    for name, value in {
        "GOSUMDB": "off", "GONOSUMDB": "*", "GOPRIVATE": "*", "GOINSECURE": "*", "GOFLAGS": "-insecure",
        "GOTOOLCHAIN": "local", "GOOS": "plan9", "GOPROXY": "a-mirror",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    found = gomodule.settings(str(stand_in))
    left = {name: value for name, value in found.items() if name.startswith("GO")}
    assert left == {"GOENV": "off", "GOPROXY": "a-mirror"}
    script = f". {shlex.quote(str(COMPOSE))}/steps.sh; go_settings {shlex.quote(str(stand_in))}; env | grep ^GO | sort"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["GOENV=off", "GOPROXY=a-mirror", "GOSUMDB="]


def test_a_checksum_database_of_one_s_own_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a company's mirror."""
    monkeypatch.setenv("GOSUMDB", "sums.example")
    found = gomodule.settings(str(go(tmp_path / "go", "1.24.6")))
    assert (found["GOSUMDB"], found["GOPROXY"]) == ("sums.example", "the-usual-proxy")

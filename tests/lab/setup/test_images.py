"""compose/images.sh where there is no engine: with a docker and an mmdebstrap that only pretend."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS, ALERTMANAGER = "example/prometheus:v2.42.0", "example/alertmanager:v0.28.1"
DOCKER = """\
# Images are files in $STATE/images, which hold the label that they were given.
for last; do :; done
file=$STATE/images/$(echo "$last" | tr '/:' '__')
case "$*" in
    'image inspect --format'*) [ -e "$file" ] && cat "$file" ;;
    'image inspect'*) [ -e "$file" ] ;;
    'pull '*) echo "$*" >>"$STATE/log"
        if [ -z "${REGISTRY:-}" ]; then echo 'no such host' >&2; exit 1; fi
        : >"$file" ;;
    'import '*) echo "$*" >>"$STATE/log"
        label=${*#*retry-storm-lab.inputs=}
        echo "${label%% *}" >"$file" ;;
    'compose '*'build services') cat >/dev/null; echo "$INPUTS" >"$STATE/images/services" ;;
    'compose '*'build module') cat >/dev/null; echo "$INPUTS" >"$STATE/images/toxiproxy" ;;
esac
"""
MMDEBSTRAP = """\
echo "mmdebstrap ${FROM##*/} $PROGRAM $OLDEST" >>"$STATE/log"
if [ -n "${BROKEN:-}" ]; then echo 'E: no such suite' >&2; exit 1; fi
for last; do :; done
: >"$last"
"""
GO = """\
case "$*" in
    'install '*)
        for last; do :; done
        name=${last##*/}
        echo "go ${name}" >>"$STATE/log"
        echo program >"$GOBIN/${name%@*}"
        chmod +x "$GOBIN/${name%@*}" ;;
    *) echo go1.99.0 ;;
esac
"""


@dataclass
class Images:
    """images.sh, the engine's images, and what was asked of the tools."""

    tools: Path
    state: Path
    user: int = 0
    env: dict[str, str] = field(default_factory=dict)

    def run(self) -> subprocess.CompletedProcess[str]:
        """Call it, with names of images that stay clear of the real ones."""
        program(self.tools / "id", f"echo {self.user}")
        env = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "STATE": str(self.state),
            "XDG_CACHE_HOME": str(self.state / "cache"),
            "PYTHON_IMAGE": "base",
            "GOLANG_IMAGE": "go",
            "SERVICES_IMAGE": "services",
            "TOXIPROXY_IMAGE": "toxiproxy",
            "PROMETHEUS_IMAGE": PROMETHEUS,
            "ALERTMANAGER_IMAGE": ALERTMANAGER,
            "CA_BUNDLE": "/dev/null",
            **self.env,
        }
        command = ["sh", str(ROOT / "compose" / "images.sh")]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)

    def asked(self) -> list[str]:
        """Calls that pull, build, bootstrap or import, since the last time."""
        log = self.state / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def label(self, image: str) -> Path:
        """The file of an image."""
        return self.state / "images" / image.translate(str.maketrans("/:", "__"))


def program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def images(tmp_path: Path) -> Images:
    """An engine that has the base images, and no image registry."""
    images = Images(tmp_path / "tools", tmp_path / "state")
    images.tools.mkdir()
    (images.state / "images").mkdir(parents=True)
    program(images.tools / "docker", DOCKER)
    program(images.tools / "mmdebstrap", MMDEBSTRAP)
    program(images.tools / "go", GO)
    program(images.tools / "apt-get", "exit 1")
    for base in ("base", "go"):
        images.label(base).touch()
    return images


def test_official_monitors_are_taken_as_they_are(images: Images) -> None:
    """Pulled where a registry answers; nothing is made of them, and they are not pulled again."""
    images.env["REGISTRY"] = "1"
    done = images.run()
    assert done.returncode == 0, done.stderr
    assert images.asked() == [f"pull {PROMETHEUS}", f"pull {ALERTMANAGER}"]
    again = images.run()
    assert again.stdout == f"images: up to date: services, toxiproxy, {PROMETHEUS}, {ALERTMANAGER}\n"
    assert images.asked() == []


def test_elsewhere_they_are_made_of_a_debian_package_and_a_go_module_once(images: Images) -> None:
    """Under the same names, labelled with their inputs; the registry is asked once and not once an image."""
    done = images.run()
    assert done.returncode == 0, done.stderr
    asked = images.asked()
    assert [line for line in asked if line.startswith("pull")] == asked[:1] == [f"pull {PROMETHEUS}"]
    assert asked[1] == "mmdebstrap prometheus prometheus 2.42.0"
    assert asked[2].endswith(f" {PROMETHEUS}")
    assert asked[3:5] == ["go alertmanager@v0.28.1", "go amtool@v0.28.1"]
    assert asked[-2] == "mmdebstrap alertmanager-0.28.1 alertmanager 0.28.1"
    assert asked[-1].endswith(f" {ALERTMANAGER}")
    assert "up to date" in images.run().stdout
    assert images.asked() == []


def test_those_of_other_inputs_are_made_anew(images: Images) -> None:
    """And only those."""
    images.run()
    images.asked()
    images.label(ALERTMANAGER).write_text("another\n")
    assert images.run().returncode == 0
    assert [line.split()[0] for line in images.asked()] == ["pull", "mmdebstrap", "import"]
    assert images.label(ALERTMANAGER).read_text() != "another\n"


def test_an_older_pin_is_another_input(images: Images) -> None:
    """What was made may be too old for it."""
    images.run()
    images.asked()
    images.env["PROMETHEUS_VERSION"] = "2.53.0"
    images.run()
    assert "mmdebstrap prometheus prometheus 2.53.0" in images.asked()


@pytest.mark.parametrize(
    ("user", "broken", "shown"),
    [
        (1000, "", f"can't have {PROMETHEUS}: no image registry answers (no such host)"),
        (0, "1", "E: no such suite"),
    ],
)
def test_lacking_monitors_are_said_and_no_failure(images: Images, user: int, broken: str, shown: str) -> None:
    """All other drills work: exit code 0, the reason, and what doesn't work."""
    images.user = user
    images.env["BROKEN"] = broken
    done = images.run()
    assert done.returncode == 0
    assert "ready: services, toxiproxy" in done.stdout
    assert shown in done.stderr
    assert "drills that monitor don't work in containers" in done.stderr
    assert images.label("services").exists()
    assert not images.label(PROMETHEUS).exists()
    images.user, images.env["BROKEN"] = 0, ""
    assert f"ready: {PROMETHEUS}, {ALERTMANAGER}" in images.run().stdout


@pytest.mark.skipif(not shutil.which("dpkg"), reason="no Debian: nothing is bootstrapped here")
def test_a_debian_too_old_is_refused_in_words(tmp_path: Path) -> None:
    """Before anything of it is in the image."""
    root = tmp_path / "root"
    root.mkdir()
    program(tmp_path / "apt-get", 'touch "$2_1_all.deb"')
    program(tmp_path / "dpkg-deb", "echo 2.41.0+ds-1")
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "MMDEBSTRAP_APT_CONFIG": "/dev/null"}
    monitor = {"FROM": "prometheus", "PROGRAM": "prometheus", "OLDEST": "2.42.0"}
    done = subprocess.run(
        ["sh", str(ROOT / "compose" / "monitor-hook.sh"), str(root)],
        env=env | monitor, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Debian's prometheus is 2.41.0+ds-1; wanted: 2.42.0 or newer" in done.stdout
    assert not (root / "usr").exists()

"""Make what a release consists of, into ``dist/``: ``make release``.

    retry_storm_lab-VERSION-py3-none-any.whl, .tar.gz    wheel and source distribution
    bundle/                                              every wheel that pip would fetch, for where no network is
    images-ARCH.tar                                      the images, where the engine can run that architecture
    SHA256SUMS                                           of all of them

The version is that of pyproject.toml. Exit codes: 0 made, with what could not be made said; 4 wheel or bundle failed.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""An architecture as the engine calls it -> as ``uname -m`` does."""
OWN_IMAGES = ("SERVICES_IMAGE", "TOXIPROXY_IMAGE")
MONITORS = ("PROMETHEUS_IMAGE", "ALERTMANAGER_IMAGE")
BUILD_S, IMAGES_S, ASK_S = 900, 3600, 120
SHOWN_LINES = 3


class NotMadeError(Exception):
    """A part of the release could not be made; the message has the end of what was said."""


def call(*command: str | Path, deadline_s: float, env: dict[str, str] | None = None) -> str:
    """Standard output of a command.

    Raises:
        NotMadeError: it failed, or was not done in time.
    """
    try:
        done = subprocess.run(
            list(map(str, command)), cwd=ROOT, env=os.environ | (env or {}), timeout=deadline_s, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMadeError(str(error)) from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-SHOWN_LINES:]
        raise NotMadeError(f"`{command[0]} {command[1]}` ended with {done.returncode}: {' / '.join(last)}")
    return done.stdout.strip()


def python_packages(out: Path) -> Path:
    """Wheel and source distribution, the wheel made from the latter; the wheel."""
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, deadline_s=BUILD_S)
    (wheel,) = out.glob("*.whl")
    return wheel


def bundle(wheel: Path, out: Path) -> int:
    """Every wheel that the lab and its extras for users need, in the locked versions; how many."""
    lock = (ROOT / "requirements" / "all.lock").read_text()
    versions = out / "versions.txt"
    versions.write_text("\n".join(re.findall(r"^[\w.-]+==[^\s\\]+", lock, re.MULTILINE)) + "\n")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    wanted = (
        "--only-binary",
        ":all:",
        "--constraint",
        versions,
        "--dest",
        out / "bundle",
        f"{wheel}[libraries,mcp]",
    )
    call(*pip, *wanted, deadline_s=BUILD_S)
    versions.unlink()
    return len(list((out / "bundle").iterdir()))


def pinned() -> dict[str, str]:
    """The lines of compose/.env."""
    lines = (ROOT / "compose" / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def images(architecture: str, own: str, out: Path) -> Path:
    """The archive of the images for an architecture; the engine's own, or one that it emulates.

    Raises:
        NotMadeError: the engine can't; with the reason.
    """
    names = pinned()
    chosen = {name: names[name] for name in OWN_IMAGES}
    env = {}
    if (
        architecture != own
    ):  # beside the engine's own, under names of their own; the monitors are official images
        chosen = {name: f"{image}-{architecture}" for name, image in chosen.items()}
        env = {**chosen, "DOCKER_DEFAULT_PLATFORM": f"linux/{architecture}"}
    call("sh", "compose/images.sh", deadline_s=IMAGES_S, env=env)
    services = chosen["SERVICES_IMAGE"]
    machine = call("docker", "run", "--rm", "--platform", f"linux/{architecture}", services, "uname", "-m",
                   deadline_s=ASK_S)  # fmt: skip
    if machine != MACHINES[architecture]:
        raise NotMadeError(f"{services} runs as {machine}, not as {MACHINES[architecture]}")
    monitors = [names[name] for name in MONITORS] if architecture == own else []
    archive = out / f"images-{architecture}.tar"
    call("docker", "save", "--output", archive, *chosen.values(), *monitors, deadline_s=BUILD_S)
    return archive


def all_images(out: Path) -> list[str]:
    """Make the archives that can be made; a line about each."""
    try:
        own = call("docker", "version", "--format", "{{.Server.Arch}}", deadline_s=ASK_S)
    except NotMadeError as none:
        return [f"images: not made, no container engine answers: {none}"]
    lines = []
    for architecture in sorted(MACHINES, key=lambda one: one != own):
        try:
            lines.append(f"{images(architecture, own, out).name}: made")
        except NotMadeError as error:
            emulated = "" if architecture == own else f"; this engine is {own} and would have to emulate it"
            lines.append(f"images for {architecture}: not made ({error}){emulated}")
    return lines


def checksums(out: Path) -> Path:
    """Of every file, as ``sha256sum --check`` reads them."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    lines = [f"{digest(path)}  {path.relative_to(out)}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines))
    return out / "SHA256SUMS"


def digest(path: Path) -> str:
    """Of a file that may be half a gigabyte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Make all of it, and say what was made and what was not."""
    parser = argparse.ArgumentParser(description="Make a release.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--no-images", action="store_true", help="wheel, sdist and bundle only")
    asked = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    out = asked.out.absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    try:
        wheel = python_packages(out)
        print(f"release: version {version}: {wheel.name} and the source distribution")
        print(f"release: bundle/: {bundle(wheel, out)} wheels")
    except NotMadeError as error:
        sys.stderr.write(f"release: {error}\n")
        return 4
    for line in [] if asked.no_images else all_images(out):
        print(f"release: {line}")
    sums = checksums(out)
    print(f"release: {sums}: {len(sums.read_text().splitlines())} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())

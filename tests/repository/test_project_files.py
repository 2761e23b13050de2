"""Tests what an open project has: licence, citation, templates, and a version that stands in one place."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked() -> list[Path]:
    """Every file under version control."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_the_license_is_named_and_whole() -> None:
    """The expression in pyproject.toml, the full text beside it, the same in the citation."""
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["license-files"] == ["LICENSE"]
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert YAML(typ="safe").load(ROOT / "CITATION.cff")["license"] == PROJECT["license"]


def test_the_citation_file_has_what_the_format_asks_for() -> None:
    """Required keys of CFF 1.2.0; the version is pyproject's alone."""
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert "version" not in citation


@pytest.mark.slow
def test_the_version_stands_in_one_place() -> None:
    """No other file repeats it, but the tag of the services' image: `docker compose up` reads nothing else."""
    version = re.compile(rf"(?<![\d.]){re.escape(PROJECT['version'])}(?![\d.])")
    elsewhere = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix in {".py", ".toml", ".cff", ".yaml", ".yml", ".sh", ".md", ""}
        and path.name not in {"pyproject.toml", "CHANGELOG.md", "LICENSE"}
        and version.search(path.read_text(errors="replace"))
    ]
    assert elsewhere == ["compose/.env"]
    assert (
        f"SERVICES_IMAGE=retry-storm-lab/services:{PROJECT['version']}\n" in (ROOT / elsewhere[0]).read_text()
    )


@pytest.mark.parametrize("name", ["bug", "feature", "drill-idea"])
def test_issue_templates_are_forms(name: str) -> None:
    """Each has a name, a description and at least one question that must be answered."""
    form = YAML(typ="safe").load(ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml")
    assert {"name", "description", "body"} <= form.keys()
    ids = [part["id"] for part in form["body"]]
    assert len(set(ids)) == len(ids)
    assert any(part.get("validations", {}).get("required") for part in form["body"])

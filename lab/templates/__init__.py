"""Files to begin from: ``lab new`` writes them, each with its schema beside it. Each is valid as it stands."""

from importlib.resources import files
from typing import Literal, get_args

TemplateKind = Literal["drill", "plan", "scenario"]
KINDS: tuple[TemplateKind, ...] = get_args(TemplateKind)


def template(kind: TemplateKind) -> str:
    """The text of a new file, commented."""
    return (files("lab.templates") / f"{kind}.yaml").read_text("utf-8")

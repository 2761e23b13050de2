"""Files to begin from: ``lab new`` writes them, each with its schema beside it. Each is valid as it stands."""

from importlib.resources import files
from typing import Literal, get_args

Kind = Literal["drill", "plan"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def template(kind: Kind) -> str:
    """The text of a new file, commented."""
    return (files("lab.templates") / f"{kind}.yaml").read_text("utf-8")

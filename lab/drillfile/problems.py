"""What is wrong with a drill file: where, which key, why, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass

from chaos.lab_error import LabError

MOST_TOLD = 20
"""Problems in the text of an error; one more line says how many there are besides."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a drill file; ``line`` counts from 1, ``key`` is the path to it."""

    line: int
    key: str
    what: str


def said(file: str, problems: Iterable[Problem]) -> list[str]:
    """A line each, in the order of the file: ``FILE:LINE: KEY: what``."""
    return [f"{file}:{p.line}: {p.key}: {p.what}" for p in sorted(set(problems))]


class DrillError(LabError):
    """A drill can't be used. The text has one line a problem: ``FILE:LINE: KEY: what is wrong``."""

    def __init__(self, text: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, file: str, problems: Iterable[Problem]) -> "DrillError":
        """The error that names all of these problems, in the order of the file."""
        found = sorted(set(problems))
        lines = said(file, found[:MOST_TOLD])
        if more := found[MOST_TOLD:]:
            lines.append(f"{file}:{more[0].line}: and {len(more)} more problems")
        return cls("\n".join(lines), found)

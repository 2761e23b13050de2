"""The commands that the docs show: every line of a block marked ``sh``, with the exit code that its comment names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUTORIAL = sorted((ROOT / "docs" / "tutorial").glob("*.md"))
SHOWN = [
    ROOT / "README.md",
    *TUTORIAL,
    *(page for room in ("how-to", "lessons") for page in sorted((ROOT / "docs" / room).glob("*.md"))),
]

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:lab|make) [^`]+)`")
_EXIT = re.compile(r"#.*?\bexit code (\d+)")
_HEREDOC = re.compile(r"<<'?(\w+)'?")
_PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]+\b|[\[<]|\.\.\.")
"""What stands for something else: ``lab logs SERVICE``, ``lab up [...]``; options such as ``ARGS=`` apart."""


@dataclass(frozen=True, slots=True)
class Documented:
    """A command as the page has it, without its comment; ``in_prose``: it need not be whole."""

    page: Path
    text: str
    exit_code: int = 0
    in_prose: bool = False

    def __str__(self) -> str:
        """Where it stands, for the name of a test."""
        return f"{self.page.stem}: {self.text.splitlines()[0]}"


def in_blocks(page: Path) -> Iterator[Documented]:
    """The commands of a page's blocks, in order; a here-document belongs to its command."""
    for block in _BLOCK.findall(page.read_text()):
        lines = iter(block.splitlines())
        for line in lines:
            text = re.sub(r"(^|\s)#.*$", "", line).rstrip()
            if not text:
                continue
            if found := _HEREDOC.search(text):
                body = []
                for below in lines:
                    body.append(below)
                    if below == found[1]:
                        break
                text = "\n".join([text, *body])
            code = _EXIT.search(line)
            yield Documented(page, text, int(code[1]) if code else 0)


def in_prose(page: Path) -> Iterator[Documented]:
    """The whole commands that stand in backticks; those with a placeholder are left out."""
    for text in _INLINE.findall(re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)):
        if not _PLACEHOLDER.search(text.replace("ARGS=", "").replace("RUNTIME=", "").replace("DRILL=", "")):
            yield Documented(page, " ".join(text.split()), in_prose=True)

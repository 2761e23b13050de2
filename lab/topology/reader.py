"""YAML -> plain values that remember their lines. Anchors, aliases and merge keys are resolved."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from lab.topology.errors import TopologyError

Location = tuple[str | int, ...]  # keys and indices from the root, as pydantic names a place
MERGE = "tag:yaml.org,2002:merge"


@dataclass(slots=True)
class Document:
    """A file's content as plain values, and the line of every value in it."""

    file: Path
    content: Any = None
    lines: dict[Location, int] = field(default_factory=dict)

    def error(self, where: Location, cause: str, remedy: str) -> TopologyError:
        """An error about the value at ``where``, or about the nearest one around it that has a line."""
        known = next((where[:n] for n in range(len(where), -1, -1) if where[:n] in self.lines), ())
        return TopologyError(self.file, self.lines.get(known), cause, remedy)


def read_document(file: Path) -> Document:
    """Read a YAML file.

    Raises:
        TopologyError: the file can't be read, is no YAML, or has a key twice.
    """
    yaml = YAML(typ="safe", pure=True)
    document = Document(file)
    try:
        root = _composed(file.read_text(encoding="utf-8"))
        document.content = None if root is None else _Plain(yaml, document).value(root, ())
    except (OSError, UnicodeDecodeError) as error:
        raise TopologyError(file, None, f"can't be read ({error})", "Check path and rights") from error
    except YAMLError as error:
        raise _syntax_error(file, error) from error
    except RecursionError as error:
        raise TopologyError(
            file, None, "an anchor is inside of itself", "Take its alias out of it"
        ) from error
    return document


@lru_cache(maxsize=4)
def _composed(text: str) -> Node | None:
    """A text's nodes, which are only read. One command asks for the same file several times, at 0.2 s each."""
    return YAML(typ="safe", pure=True).compose(text)  # type: ignore[no-any-return]


def _syntax_error(file: Path, error: YAMLError) -> TopologyError:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    cause = error.problem if isinstance(error, MarkedYAMLError) else str(error)
    line = mark.line + 1 if mark else None
    return TopologyError(file, line, f"this is not valid YAML ({cause})", "Fix the syntax of this line")


@dataclass(frozen=True, slots=True)
class _Plain:
    yaml: YAML
    document: Document

    def value(self, node: Node, where: Location) -> object:
        self.document.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, where)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*where, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, where)

    def _scalar(self, node: Node, where: Location) -> object:
        try:
            return self.yaml.constructor.construct_object(node, deep=True)
        except (YAMLError, ValueError) as error:
            raise self.document.error(
                where, f"`{node.value}` can't be read as {node.tag}", "Quote it"
            ) from error

    def _mapping(self, node: MappingNode, where: Location) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                continue
            name = str(key.value)
            place = (*where, name)
            self.document.lines[place] = key.start_mark.line + 1
            if name in found:
                raise self.document.error(place, f"the key `{name}` stands here twice", "Keep one of them")
            found[name] = self.value(value, place)
        return self._merged(node, where) | found if any(k.tag == MERGE for k, _ in node.value) else found

    def _merged(self, node: MappingNode, where: Location) -> dict[str, object]:
        """What ``<<`` brings in; of several sources the first wins. Lines set by the mapping itself stay."""
        merged: dict[str, object] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                for source in value.value if isinstance(value, SequenceNode) else [value]:
                    merged = self._borrowed(source, where) | merged
        return merged

    def _borrowed(self, source: Node, where: Location) -> dict[str, object]:
        if not isinstance(source, MappingNode):
            raise self.document.error(where, "`<<` merges something that is no mapping", "Merge a mapping")
        own = dict(self.document.lines)
        borrowed = self._mapping(source, where)
        self.document.lines.update(own)
        return borrowed

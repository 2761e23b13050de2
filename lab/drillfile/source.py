"""A drill file's bytes -> a tree of plain values that know their lines. YAML 1.2, without its traps.

Refused, each with its line: more than 256 KB, brackets 100 deep, bytes that are no text, several documents, anchors and
aliases (a few lines of them can stand for gigabytes), tags, duplicate keys, keys that are no words, NaN and
infinity.
"""

import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lab.drillfile.problems import DrillError, Problem
from lab.units import quote

MOST_BYTES = 256 * 1024
MOST_DEEP = 100
"""Brackets open at once: the YAML reader takes seconds to minutes for thousands before it gives up."""
_TAG = "tag:yaml.org,2002:"
_PLAIN = {
    f"{_TAG}{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "value", "merge")
}
_TOP = "drill"

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value, the line (from 1) of it or of its key, and the path of keys to it."""

    line: int
    path: str
    content: "Scalar | tuple[Value, ...] | dict[str, Value]"


def parse_source(file: str, content: bytes) -> tuple[Value, list[Problem]]:
    """Read YAML into values.

    Returns:
        The tree, and what was found wrong in single places of it (these are left out of the tree).

    Raises:
        DrillError: nothing can be made of the file at all.
    """
    text = _decode(file, content)
    _refuse_deep(file, text)
    node = _compose(file, text)
    if not isinstance(node, MappingNode):
        what = "the file is empty" if node is None else "a drill is a mapping of keys, like `title: ...`"
        raise DrillError.of(file, [Problem(1, _TOP, f"{what}; see drills/retry-storm.yaml for a whole one")])
    shared = [Problem(_line(n), _TOP, "anchors and aliases (`&`, `*`) are not read here; write the value out")
              for n in _anchored(node)]  # fmt: skip
    if shared:
        raise DrillError.of(file, shared)
    problems: list[Problem] = []
    return _value(node, _line(node), "", problems), problems


def _decode(file: str, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        what = f"the file has {len(content)} bytes; a drill is at most {MOST_BYTES // 1024} KB"
        raise DrillError.of(file, [Problem(1, _TOP, what)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DrillError.of(
            file, [Problem(line, _TOP, "not text in UTF-8; is this a drill file?")]
        ) from error


def _refuse_deep(file: str, text: str) -> None:
    """Count brackets, also those in quotes and comments: no text that is meant for people has so many."""
    depth, line = 0, 1
    for found in re.finditer(r"[\[{}\]\n]", text):
        mark = found.group()
        line += mark == "\n"
        depth = max(0, depth + (mark in "[{") - (mark in "]}"))
        if depth > MOST_DEEP:
            raise DrillError.of(file, [Problem(line, "yaml", "nested too deeply; a drill needs four levels")])


def _compose(file: str, text: str) -> Node | None:
    """The node graph of the file's one document."""
    try:
        return _nodes(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = Problem(line, "yaml", " ".join(part for part in (error.context, error.problem) if part))
    except YAMLError as error:
        problem = Problem(1, "yaml", str(error).splitlines()[0])
    except RecursionError:
        problem = Problem(1, "yaml", "nested too deeply; a drill needs four levels")
    except (ValueError, AttributeError, IndexError, KeyError, TypeError, AssertionError) as error:
        problem = Problem(1, "yaml", f"the YAML reader gave up on it ({type(error).__name__})")
    raise DrillError.of(file, [problem])


@lru_cache(maxsize=4)
def _nodes(text: str) -> Node | None:
    """What ruamel.yaml makes of a text; only read. A command asks for one file several times, at 20 ms each."""
    with warnings.catch_warnings(action="ignore", category=ReusedAnchorWarning):
        return YAML(typ="safe", pure=True).compose(text)  # type: ignore[no-any-return]


def _anchored(node: Node) -> Iterator[Node]:
    """The nodes that others could refer to; each is visited once, so a bomb stays small."""
    waiting, seen = [node], {id(node)}
    while waiting:
        found = waiting.pop()
        if found.anchor:
            yield found
        for child in _children(found):
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _value(node: Node, line: int, path: str, problems: list[Problem]) -> Value:
    if str(node.tag) not in _PLAIN:
        problems.append(
            Problem(line, short(path), f"the tag {quote(node.tag)} is not read here; leave it out")
        )
        return Value(line, path, None)
    if isinstance(node, MappingNode):
        return Value(line, path, dict(_pairs(node, path, problems)))
    if isinstance(node, SequenceNode):
        items = (_value(n, _line(n), f"{path}[{i}]", problems) for i, n in enumerate(node.value, start=1))
        return Value(line, path, tuple(items))
    return Value(line, path, _scalar(node, line, path, problems))


def _pairs(node: MappingNode, path: str, problems: list[Problem]) -> Iterator[tuple[str, Value]]:
    first: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, ScalarNode) or str(key_node.tag) != f"{_TAG}str":
            shown = quote(key_node.value) if isinstance(key_node, ScalarNode) else "a list or mapping"
            problems.append(Problem(line, short(path or _TOP), f"{shown} can't be a key; keys are words"))
            continue
        key = str(key_node.value)
        full = f"{path}.{key}" if path else key
        if key in first:
            problems.append(
                Problem(line, short(full), f"duplicate key; it stands in line {first[key]} already")
            )
            continue
        first[key] = line
        yield key, _value(value_node, line, full, problems)


def _scalar(node: Node, line: int, path: str, problems: list[Problem]) -> Scalar:
    tag, text = str(node.tag).removeprefix(_TAG), str(node.value)
    readers: dict[str, Any] = {
        "int": _integer,
        "float": float,
        "bool": lambda t: t.lower() == "true",
        "null": _none,
    }
    try:
        value = readers.get(tag, str)(text.replace("_", "") if tag in {"int", "float"} else text)
    except (ValueError, OverflowError):
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        problems.append(Problem(line, short(path), f"{quote(text)} is no finite number"))
        return None
    return value  # type: ignore[no-any-return]


def _integer(text: str) -> int:
    return int(text, 0 if text.lower().startswith(("0x", "0o")) else 10)


def _none(_: str) -> None:
    return None


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def plain(value: Value) -> object:
    """What stands there without its lines: scalars, lists and dicts."""
    if isinstance(value.content, dict):
        return {key: plain(part) for key, part in value.content.items()}
    return [plain(part) for part in value.content] if isinstance(value.content, tuple) else value.content


def short(path: str) -> str:
    """A path of keys as an error shows it: printable, never longer than a line."""
    return quote(path)[1:-1]

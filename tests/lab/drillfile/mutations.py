"""Ways in which a good drill file goes bad: by a slip of the hand, an editor, another tool, or on purpose."""

import re
from collections.abc import Callable

Pick = Callable[[int], int]
"""Draws a number from 0 to below the one that is given."""

_KEY = re.compile(r"[\w-]+(?=:)")
_VALUE = re.compile(r"(?<=: )[^,{}\[\]\n]+")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_NAME = re.compile(r"[a-z]{3,}")

TYPES = (
    "[]",
    "{}",
    "true",
    "null",
    "~",
    "12",
    "-0.0",
    "2021-12-07",
    "[[1]]",
    "{a: {b: 1}}",
    '""',
    "!!str 3",
    "|",
)
HUGE = (
    "9" * 400,
    "1e308",
    "1e-320",
    "-1e400",
    "0x" + "f" * 300,
    "0o7777777",
    "18446744073709551616",
    ".inf",
    "1_0",
)
ODD = (
    "\u202e",
    "\u200b",
    "e\u0301",
    "\U0001f4a5",
    "\u0085",
    "\u2028",
    "\ufeff",
    "\u00a0",
    "\ud800",
    "İ",
    "ß",
)
SHARED = ("&a ", "*a", "&a [*a]", "<<: *a", "&", "*")


def _instead(pattern: re.Pattern[str], text: str, pick: Pick, new: Callable[[str], str]) -> str:
    """One match of the pattern, changed."""
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = found[pick(len(found))]
    return text[: match.start()] + new(match.group()) + text[match.end() :]


def _line(text: str, pick: Pick, new: Callable[[str], str]) -> str:
    """One line, changed."""
    lines = text.split("\n")
    number = pick(len(lines))
    return "\n".join([*lines[:number], new(lines[number]), *lines[number + 1 :]])


def _misspelt(word: str, pick: Pick) -> str:
    at = pick(len(word))
    return (word[:at] + word[at + 1 :], word[:at] + word[at] * 2 + word[at + 1 :], word.upper(), word[::-1])[
        pick(4)
    ]


def mutate(text: str, kind: str, pick: Pick) -> str:  # noqa: C901, PLR0911, PLR0912 - a list of kinds
    """``text`` with one mutation of this kind; ``pick(n)`` draws a number below n."""
    match kind:
        case "line dropped":
            return _line(text, pick, lambda _: "")
        case "line doubled":
            return _line(text, pick, lambda line: f"{line}\n{line}")
        case "key dropped":
            return _instead(_KEY, text, pick, lambda _: "")
        case "key doubled":
            return _instead(_KEY, text, pick, lambda key: f"{key}: 1, {key}")
        case "key misspelt":
            return _instead(_KEY, text, pick, lambda key: _misspelt(key, pick))
        case "name misspelt":
            return _instead(_NAME, text, pick, lambda name: _misspelt(name, pick))
        case "another type":
            return _instead(_VALUE, text, pick, lambda _: TYPES[pick(len(TYPES))])
        case "a huge number":
            return _instead(_NUMBER, text, pick, lambda _: HUGE[pick(len(HUGE))])
        case "an odd character":
            at = pick(len(text) + 1)
            return text[:at] + ODD[pick(len(ODD))] + text[at:]
        case "anchors and aliases":
            return _instead(_VALUE, text, pick, lambda value: SHARED[pick(len(SHARED))] + value)
        case "tabs":
            return _line(text, pick, lambda line: "\t" + line.replace("  ", "\t"))
        case "deep nesting":
            deep = 10 ** pick(5)
            return _instead(_VALUE, text, pick, lambda value: "[" * deep + value + "]" * deep)
        case "NUL bytes":
            at = pick(len(text) + 1)
            return text[:at] + "\0" + text[at:]
        case "CRLF":
            return text.replace("\n", ("\r\n", "\r", "\n\r")[pick(3)])
        case "300 KB":
            return _instead(_VALUE, text, pick, lambda value: value + " #" + " x" * 150_000)
    raise ValueError(f"no mutation {kind!r}")


KINDS = (
    "line dropped", "line doubled", "key dropped", "key doubled", "key misspelt", "name misspelt", "another type",
    "a huge number", "an odd character", "anchors and aliases", "tabs", "deep nesting", "NUL bytes", "CRLF", "300 KB",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1")

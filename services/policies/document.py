"""A policy as a document (YAML that someone has parsed) -> its text.

    - budget: {ratio: 10%}
    - breaker                                   budget(ratio=10%) + breaker + full-jitter(base=100 ms)
    - full-jitter: {base: 100 ms}

A list has layers, each a name or a mapping of one name to its parameters; a mapping alone has layers too. The order
of writing doesn't matter, as in a text.
"""

from collections.abc import Iterator, Mapping, Sequence

from services.policies.parse import validate
from services.policies.policy_error import PolicyError

_EXAMPLE = "such as [{budget: {ratio: 10%}}, breaker]"
_SYNTAX = frozenset("+(),=")

Scalar = str | int | float
Document = str | Sequence[object] | Mapping[str, object]


def from_document(document: object) -> str:
    """The text of a policy; a text is only checked.

    Args:
        document: Text, a list or a mapping: what a YAML reader makes of a `policy:`.

    Raises:
        PolicyError: It can't be read, or what it says is no policy; says what, what is near and what is valid.
    """
    text = document.strip() if isinstance(document, str) else " + ".join(_layers(document))
    validate(text)
    return text


def _layers(document: object) -> Iterator[str]:
    if isinstance(document, Mapping):
        for name, parameters in document.items():
            yield _layer(name, parameters)
    elif isinstance(document, list | tuple):
        for position, item in enumerate(document, start=1):
            if isinstance(item, str):
                yield _plain(item, "a policy's name") if "(" not in item else _single(item)
            elif isinstance(item, Mapping) and len(item) == 1:
                yield from _layers(item)
            else:
                raise PolicyError(
                    f"layer {position} is {_kind(item)}, not a name or {{name: parameters}}, {_EXAMPLE}"
                )
    else:
        raise PolicyError(f"a policy is a text, a list or a mapping, {_EXAMPLE}; this is {_kind(document)}")


def _layer(name: object, parameters: object) -> str:
    known = _plain(name, "a policy's name")
    if parameters is None or parameters == {}:
        return known
    if not isinstance(parameters, Mapping):
        raise PolicyError(
            f"{known}: parameters are a mapping such as {{retries: 3}}; this is {_kind(parameters)}"
        )
    items = (f"{_plain(k, 'a parameter')}={_plain(v, f'{known}: {k}')}" for k, v in parameters.items())
    return f"{known}({', '.join(items)})"


def _single(item: str) -> str:
    if "+" in item:
        raise PolicyError(f"{item!r} has several layers; write each as an item of the list")
    return item.strip()


def _plain(value: object, what: str) -> str:
    """A scalar as text; what would read as more than a value in the text isn't one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PolicyError(f"{what} is {_kind(value)}, not a word or a number with its unit")
    text = str(value).strip()
    if not text or _SYNTAX & set(text):
        raise PolicyError(f"{what} can't be {text!r}; write a policy as a text, or as a list {_EXAMPLE}")
    return text


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return f"the text {value!r}"
        case int() | float():
            return f"the number {value}"
        case Mapping():
            return f"a mapping of {len(value)} keys"
        case _:
            return "a list"

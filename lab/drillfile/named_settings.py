"""Settings that are text and name something: who checks the name, and the JSON Schema of what may be written."""

from collections.abc import Callable, Mapping

from lab.drillfile.model import LAB, Setting
from lab.drillfile.registries import Known
from lab.drillfile.roles import check_role, devices, names_of
from lab.drillfile.scalar_schema import TEXT, Schema
from lab.drillfile.source import Value, plain
from lab.drillfile.values import Reader
from lab.units import quote, suggest

ReadSetting = Callable[[Reader, Value, Known], Setting]


def is_role(reader: Reader, place: Value, name: str, known: Known) -> bool:
    """Whether the topology has a role of this name; a problem where it has none."""
    if not is_service(reader, place, name, known):
        return False
    return known.services is None or check_role(reader, place, name, known.services)


def is_service(reader: Reader, place: Value, name: str, known: Known) -> bool:
    """Whether the topology has a service, or a role, of this name; a problem where it has none."""
    if known.services is None or name in (valid := names_of(known.services)):
        return True
    reader.fail(place, f"unknown service {quote(name)}{suggest(name, valid)}")
    return False


def read_policy(reader: Reader, value: Value, known: Known) -> str:
    """A retry policy as text, list or mapping -> its text, checked by the policies themselves."""
    written = plain(value) if isinstance(value.content, tuple | dict) else reader.text(value)
    try:
        return known.check_policy(written) if written != "" else ""
    except ValueError as error:
        reader.fail(value, str(error))
    return ""


def read_admission(reader: Reader, value: Value, known: Known) -> str:
    """What a server's admission is written as, checked by the admissions themselves."""
    return _checked(reader, value, known.check_admission)


def read_library(reader: Reader, value: Value, known: Known) -> str:
    """A client library's name, checked by the libraries themselves."""
    return _checked(reader, value, None if value.content == LAB else known.check_library)


def _checked(reader: Reader, value: Value, check: Callable[[str], object] | None) -> str:
    text = reader.text(value)
    try:
        if text and check is not None:
            check(text)
    except ValueError as error:
        reader.fail(value, str(error))
    return text


def _device(reader: Reader, value: Value, known: Known) -> Setting:
    if known.services is None:
        return reader.text(value)
    return reader.choice(value, devices(known.services), "device")


def _clients(reader: Reader, value: Value, known: Known) -> Setting:
    """Services in one text, separated by spaces."""
    return " ".join(name for name in reader.text(value).split() if is_role(reader, value, name, known))


def _free(reader: Reader, value: Value, known: Known) -> Setting:
    del known
    return reader.text(value)


POLICY: Schema = {
    "description": "A retry policy: text such as `budget + breaker`, a list of layers, or a mapping.",
    "anyOf": [TEXT, {"type": "array"}, {"type": "object"}],
}

NAMED: Mapping[str, tuple[ReadSetting, Schema]] = {
    "": (_free, TEXT),
    "policy": (read_policy, POLICY),
    "admission": (read_admission, TEXT),
    "library": (read_library, TEXT),
    "device": (_device, TEXT),
    "clients": (_clients, TEXT),
}
"""What a text setting names (``Rule.names``) -> how it is read, and what may be written."""

"""Every command of ``lab`` with its arguments and options, as docs/reference/commands.md has them."""

from collections.abc import Iterator
from enum import Enum
from inspect import cleandoc

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from lab.cli.app import app


def commands() -> str:
    """A section for each command, by name."""
    top = typer.main.get_command(app)
    return "\n\n".join(_section(name, command) for name, command in walk("lab", top))


def walk(name: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    """Every command below one, groups left out."""
    if isinstance(command, TyperGroup):
        for below in sorted(command.commands):
            yield from walk(f"{name} {below}", command.commands[below])
    elif isinstance(command, TyperCommand):
        yield name, command


def _section(name: str, command: TyperCommand) -> str:
    arguments = [one for one in command.params if isinstance(one, TyperArgument) and not one.hidden]
    options = [one for one in command.params if isinstance(one, TyperOption) and not one.hidden]
    usage = " ".join([name, *(_argument(one) for one in arguments)])
    lines = [f"| `{_said(_argument(one))}` | {_said(one.help)} |" for one in arguments if one.help]
    lines += [f"| `{_option(one)}` | {_said(one.help)} |" for one in options]
    table = ["", "| Argument or option | Meaning |", "|---|---|", *lines] if lines else []
    return "\n".join([f"### `{usage}`", "", _said(command.help), *table])


def _argument(one: TyperArgument) -> str:
    name = (one.metavar or str(one.name)).upper().strip("[]")
    name += "..." if one.nargs == -1 else ""
    return name if one.required else f"[{name}]"


def _option(one: TyperOption) -> str:
    spelt = ", ".join(one.opts)
    if one.is_flag:
        return spelt
    return f"{spelt} {one.metavar or _kind(one.type_descriptor.annotation)}"


def _kind(wanted: object) -> str:
    """What an option's value is, in a word."""
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return "/".join(str(member.value) for member in wanted)
    return {int: "N", float: "NUMBER"}.get(wanted, "TEXT") if isinstance(wanted, type) else "TEXT"


def _said(text: str | None) -> str:
    return " ".join(cleandoc(text or "").split()).replace("|", "\\|")

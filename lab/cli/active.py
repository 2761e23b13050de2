"""What a person applies to the living lab, and takes away again: faults, retry policies, mitigations."""

import asyncio
from typing import Annotated, Any

import typer

from lab.cli.output import acts
from lab.drillfile import Step, fault_of, policy_text, read_step
from lab.report.console import Console
from lab.runs.home import lab_home
from lab.session import LabClient, known_services, the_living

fault = typer.Typer(help="Faults on the living lab.", no_args_is_help=True)
policy = typer.Typer(help="Retry policies on the living lab.", no_args_is_help=True)


@fault.command("add")
@acts
def fault_add(
    what: Annotated[str, typer.Argument(help="A fault, e.g. latency (docs/reference/faults.md).")],
    parameters: Annotated[list[str] | None, typer.Argument(help="As in a drill file: latency=3000ms")] = None,
    target: Annotated[
        str | None, typer.Option(help="The service to apply it to; default: the fault's own, or the bridge.")
    ] = None,
) -> None:
    """Apply a fault and read it back; stays until `lab fault clear` or `lab down`. `lab faults` lists them."""
    kind, target = fault_of(what, target, known_services())
    step = read_step(kind, what, target, pairs(parameters or []), known_services())
    Console().print(f"{what} on {step.target} is active, read back: {inject(step)}", markup=False)


@fault.command("list")
def fault_list() -> None:
    """What is active on the living lab; then what others put there."""
    for line in call("GET", "/status")["active"] or ["nothing"]:
        typer.echo(line)
    say_foreign(call("GET", "/foreign")["foreign"])


@fault.command("clear")
@acts
def fault_clear(
    action: Annotated[str | None, typer.Argument(metavar="ID", help="From `lab fault list`.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that this lab made.")] = False,
) -> None:
    """Undo one fault or mitigation, or with --all every one that this lab made; foreign ones are listed and stay."""
    if (action is None) is not everything:
        raise typer.BadParameter(
            "say which: `lab fault clear ID` (the ids: `lab fault list`) or `lab fault clear --all`"
        )
    answer = call("DELETE", "/actions" if action is None else f"/actions/{action}")
    undone = action or ", ".join(answer["undone"]) or "nothing was active"
    Console().print(f"undone: {undone}", markup=False, soft_wrap=True)
    say_foreign(call("GET", "/foreign")["foreign"])


@policy.command("set")
@acts
def policy_set(
    service: Annotated[str, typer.Argument(help="A service with a client, e.g. storefront.")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="POLICY",
            help='For example "budget + breaker", or a YAML file (docs/reference/policies.md).',
        ),
    ],
) -> None:
    """Switch a service's retry policy while it runs."""
    text = policy_text(name)
    inject(read_step("mitigation", "policy", service, {"policy": text}, known_services()))
    Console().print(f"{service} now retries by: {text}", markup=False)


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  JSON
    """Ask the living lab; its answer's JSON.

    Raises:
        Unreachable: none lives, or it refused; the message says why.
    """
    return asyncio.run(LabClient(the_living(lab_home())).call(method, path, body))


def say_foreign(things: list[str]) -> None:
    """List what isn't the lab's."""
    for thing in things:
        typer.echo(f"foreign, left alone: {thing}")


def inject(step: Step) -> str:
    """Have the living lab apply a step and read it back; the id to undo it by."""
    return str(call("POST", "/actions", step.model_dump(mode="json"))["id"])


def pairs(parameters: list[str]) -> dict[str, str]:
    """Parameters as they are typed, by name."""
    wrong = [text for text in parameters if "=" not in text]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not a NAME=VALUE, e.g. latency=3000ms")
    return dict(text.split("=", 1) for text in parameters)

"""All commands under one name, and the entry point."""

import sys

import typer

from lab.cli import (
    abort,
    active,
    automate,
    compare,
    doctor,
    drills,
    images,
    interactive,
    listings,
    logs,
    mitigate,
    new,
    recover,
    run,
    runs,
    top,
    version,
)
from lab.cli.exits import Exit, explained
from lab.cli.output import acts, printable
from lab.gameday.commands import gameday

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 pass, 1 fail, 2 inconclusive, 3 bad input, 4 not set up or unsupported, "
    "5 the lab broke or a rollback could not be verified, 130 interrupted, 141 its output was closed.",
)
app.callback()(version.common)
app.command()(acts(run.run))
app.command()(acts(abort.abort))
app.command()(acts(compare.compare))
app.command(name="list")(drills.list_drills)
app.command()(drills.show)
app.command()(drills.validate)
app.add_typer(new.new, name="new")
app.command()(listings.faults)
app.command()(listings.mitigations)
app.command()(listings.automations)
app.command()(listings.policies)
app.command()(acts(interactive.up))
app.command()(acts(interactive.down))
app.command()(interactive.status)
app.command()(interactive.watch)
app.command()(logs.logs)
app.command()(logs.triage)
app.add_typer(active.fault, name="fault")
app.add_typer(active.policy, name="policy")
app.command()(acts(mitigate.mitigate))
app.command()(acts(automate.automate))
app.command()(top.top)
app.command()(acts(runs.report))
app.command()(acts(recover.recover))
app.add_typer(runs.runs, name="runs")
app.add_typer(gameday, name="gameday")
app.command()(doctor.doctor)
app.command()(images.images)


def main() -> None:
    """Run the command line; every way to leave has its exit code."""
    with explained(), printable():
        try:
            status = app(standalone_mode=False)
        except typer.Exit as leave:
            sys.exit(leave.exit_code)
        except typer.Abort:
            sys.exit(Exit.INTERRUPTED)
        except Exception as wrong:
            if not hasattr(wrong, "format_message"):  # not one of click's usage errors
                raise
            sys.stderr.write(f"lab: {wrong.format_message()} Try `lab --help`.\n")
            sys.exit(Exit.BAD_INPUT)
        sys.exit(status or Exit.PASS)

"""Options of ``lab run`` that a drill with ``search:`` has no use for: refused, never ignored in silence."""

import typer

_INSTEAD = {
    "--junit": "its result is a band, in search.json; --json prints it",
    "--repeat": "it repeats each value with the seeds of `search: {seeds: N}`",
}


def refuse_in_search(**asked: bool) -> None:
    """Refuse what was asked for, by the option's name without its dashes. What ``--reruns`` asks for, a search does.

    Raises:
        typer.BadParameter: with what there is instead (exit code 3).
    """
    refused = [f"--{name}" for name, given in asked.items() if given]
    if refused:
        why = "; ".join(f"{option}: {_INSTEAD[option]}" for option in refused)
        raise typer.BadParameter(
            f"{' and '.join(refused)} can't be used with a drill that has `search:` ({why})"
        )

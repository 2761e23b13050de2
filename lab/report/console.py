"""The console that all commands print to."""

import rich.console


class Console(rich.console.Console):
    """Rich's, but text is text: titles, names and log lines are users' words, shown as they were written.

    Neither ``[SEV1]``, ``[/api]`` nor ``:fire:`` means anything, in a line, a table's cell or a frame alike. Style is
    said by :class:`rich.text.Text` or ``style=``.
    """

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False, quiet: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, quiet=quiet, markup=False, emoji=False)

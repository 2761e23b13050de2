"""``report.html``: the page with its rows embedded. One file, no network, no arithmetic in JavaScript."""

from lab.report.html.page import Told, render, write_report

__all__ = ["Told", "render", "write_report"]

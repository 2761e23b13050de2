"""``report.html``, ``tournament.html``: pages with rows embedded. One file, no network, no arithmetic in JavaScript."""

from lab.report.html.page import PageContent, render, write_report
from lab.report.html.tournament_page import write_tournament

__all__ = ["PageContent", "render", "write_report", "write_tournament"]

"""``tournament.csv``, one row a cell, and ``tournament.json``, everything. Units stand in the columns' names."""

import csv
import io
from pathlib import Path

from chaos.process.files import replace_text
from lab.analysis.tournament import Cell, Tournament

COLUMNS = tuple(name for name in Cell.model_fields if name not in {"rejected_by", "reasons"})
"""The fields of a cell that are one value. A share is 0..1, without a unit."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Texts that begin so are run by spreadsheets as a formula."""


def write_csv(path: Path, tournament: Tournament) -> None:
    """One row a cell; empty where nothing was measured. ``rejected_by_<kind>`` for each kind that occurred."""
    kinds = sorted({kind for cell in tournament.cells for kind in cell.rejected_by})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"rejected_by_{_plain(kind)}" for kind in kinds), "reasons"])
    for cell in tournament.cells:
        values = [_plain(getattr(cell, name)) for name in COLUMNS]
        by_kind = [_of_kind(cell, kind) for kind in kinds]
        writer.writerow([*values, *by_kind, _plain("; ".join(cell.reasons))])
    _write(path, out.getvalue())


def write_json(path: Path, tournament: Tournament) -> None:
    """Cells, scores, places and every comparison; ``Tournament.model_validate_json`` reads it back."""
    _write(path, tournament.model_dump_json(indent=1) + "\n")


def _of_kind(cell: Cell, kind: str) -> float | None:
    """None where rejections were not counted; 0 where they were, and none of this kind happened."""
    return None if cell.rejected is None else cell.rejected_by.get(kind, 0.0)


def _plain(value: object) -> object:
    """A value as the file has it: true and false in small letters, text that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    replace_text(path, text)

"""Judging the monitoring planes: what each showed, held against what happened. Pure."""

from lab.analysis.planes.plane_rows import PlaneRow, plane_rows

__all__ = ["PlaneRow", "plane_rows"]

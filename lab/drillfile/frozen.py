"""The base of what is read once and never changed: parts of a drill, of a verdict, of a journal's line."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, finite, and nothing that was not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

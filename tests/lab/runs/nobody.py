"""Acting as a user who owns nothing here: another effective user of this process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be nobody while the context is open."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)

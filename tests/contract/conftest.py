"""Every contract test runs on both runtimes: embedded wherever Linux is, compose where an engine is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.world import Lab, living, new_runtime

RUNTIMES = [
    pytest.param("embedded", marks=pytest.mark.live),
    pytest.param("compose", marks=pytest.mark.containers),
]


@pytest.fixture(scope="module", params=RUNTIMES)
def kind(request: pytest.FixtureRequest) -> str:
    """The runtime's name, for the one factory that compares it."""
    return str(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(kind: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """The real topology, up once for all tests of a module."""
    with new_runtime(kind, tmp_path_factory.mktemp(kind)) as runtime:
        async with living(runtime) as lab:
            yield lab

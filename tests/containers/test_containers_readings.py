"""What is read of containers: cheap where the kernel's files can be read, by the engine elsewhere."""

import time
from pathlib import Path

import docker
import pytest

from chaos.wait import wait_until
from lab.runtime.compose.runtime import Compose
from tests.contract.world import QUEUE, Lab, living, new_runtime

pytestmark = [pytest.mark.containers, pytest.mark.asyncio(loop_scope="module")]

HOG = "command: [python, -c, 'x = [bytearray(1 << 20) for _ in range(4096)]']"


async def test_a_second_of_samples_is_cheap(lab: Lab) -> None:
    """Bridge, sockets and the look at who lives, as each second has it: under 10 ms of the lab's CPU."""
    await lab.runtime.usage("bridge")
    spent_s = []
    for _ in range(20):
        begun_s = time.process_time()
        await lab.runtime.usage("bridge")
        await lab.runtime.sockets("bridge")
        await lab.runtime.check_alive()
        spent_s.append(time.process_time() - begun_s)
    assert min(spent_s) < 0.010, "at best: what else runs makes each of them dearer"


async def test_the_engine_tells_what_the_kernel_does_not(lab: Lab, tmp_path: Path) -> None:
    """Without the kernel's files the figures come from the engine, and agree."""
    runtime = lab.runtime
    assert isinstance(runtime, Compose)
    kernel, memory = await runtime.usage("bridge"), await runtime.memory_bytes()
    runtime.proc, found = tmp_path, dict(runtime._insides)
    runtime._insides.clear()
    try:
        usage, engines = await runtime.usage("bridge"), await runtime.memory_bytes()
        sockets = await runtime.sockets("bridge")
        assert (sockets.accept_queue, sockets.listen_queue) == (None, QUEUE)
    finally:
        runtime.proc = Path("/proc")
        runtime._insides = found
    assert usage.cpu_s_total == pytest.approx(kernel.cpu_s_total, abs=0.1)
    assert (usage.cpu_share, kernel.cpu_share) == (None, None)
    assert engines.keys() == memory.keys()
    assert all(abs(engines[name] - memory[name]) < 8_000_000 for name in memory)


async def test_a_removed_container_is_a_death(lab: Lab, engine: docker.DockerClient) -> None:
    """Someone removed it behind the lab's back; the lab says so, goes on, and its end is clean."""
    handle = lab.runtime.handle("edge")
    engine.api.remove_container(handle.model_dump()["id"], force=True)
    (report,) = await wait_until(lab.runtime.check_alive, 30, "the death to be noticed")
    assert (report.service, report.state, report.exit_code) == ("edge", "exited", None)
    assert "can't be inspected" in report.log_tail[0]


async def test_a_kill_for_memory_is_named(tmp_path: Path) -> None:
    """The report says that the kernel did it, not only 137."""
    file = tmp_path / "compose.yaml"
    file.write_text(
        'name: small\nservices:\n  hog:\n    image: "${SERVICES_IMAGE}"\n    mem_limit: 32m\n'
        f'    labels: {{retry-storm-lab.run: "${{LAB_RUN}}"}}\n    {HOG}\n'
    )
    with new_runtime("compose", tmp_path) as runtime:
        async with living(runtime, file) as lab:
            (report,) = await wait_until(lab.runtime.check_alive, 60, "the kernel to kill it")
    assert report.exit_code == 137
    assert "memory" in report.log_tail[-1]

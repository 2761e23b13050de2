"""Names become addresses where they are dialled, and nowhere else."""

from pathlib import Path

import pytest

from lab.runtime.embedded.rewrite import Rewriter, addresses

HOSTS = {
    "auth": "127.64.0.1",
    "auth2": "127.64.0.2",
    "service": "127.64.0.3",
    "auth-service": "127.64.0.4",
    "router-link": "127.64.0.5",
}
OWN = "127.64.0.9"


@pytest.fixture
def rewriter() -> Rewriter:
    paths = {"/run/secrets/lab_token": Path("/run folder/token"), "/etc/lab": Path("/here")}
    return Rewriter(HOSTS, OWN, paths)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://auth:8080/x", "http://127.64.0.1:8080/x"),
        ("auth2:8080", "127.64.0.2:8080"),
        ("auth-service:8080", "127.64.0.4:8080"),
        ("my-auth:8080 xauth:8080 auth.example:8080", "my-auth:8080 xauth:8080 auth.example:8080"),
        ("http://auth/token", "http://auth/token"),
        ("_auth:8080 -auth:8080 .auth:8080", "_auth:8080 -auth:8080 .auth:8080"),
        ("auth=auth:8080 auth/metrics=auth:9000", "auth=127.64.0.1:8080 auth/metrics=127.64.0.1:9000"),
        ("router-link:8080,auth2:1", "127.64.0.5:8080,127.64.0.2:1"),
        ("0.0.0.0:8080", f"{OWN}:8080"),
        ("--listen=localhost:9090", f"--listen={OWN}:9090"),
        ("http://127.0.0.1:9000/health", f"http://{OWN}:9000/health"),
        ("10.0.0.0:8080 127.0.0.1.5:80", "10.0.0.0:8080 127.0.0.1.5:80"),
        ('{"upstream": "auth:8080"}', '{"upstream": "127.64.0.1:8080"}'),
        ("targets: ['auth:9000']", "targets: ['127.64.0.1:9000']"),
        ("auth: 8080", "auth: 8080"),
        ("auth:80a auth:123456 auth:8080.5", "auth:80a auth:123456 auth:8080.5"),
        ("unknown:8080", "unknown:8080"),
        ("user@auth:8080", "user@127.64.0.1:8080"),
        ("", ""),
    ],
)
def test_only_name_and_port_is_rewritten(rewriter: Rewriter, text: str, expected: str) -> None:
    """Nasty names, logical names without a port, other people's hosts."""
    assert rewriter.text(text) == expected
    assert rewriter.value(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.0.0.0", OWN),
        ("--host=localhost", f"--host={OWN}"),
        ("/run/secrets/lab_token", "/run folder/token"),
        ("--token=/run/secrets/lab_token", "--token=/run folder/token"),
        ("/etc/lab/bridge.json", "/here/bridge.json"),
        ("/etc/laboratory", "/etc/laboratory"),
        ("auth", "auth"),
    ],
)
def test_a_whole_value_may_be_the_own_host_or_a_path(rewriter: Rewriter, value: str, expected: str) -> None:
    """`-host 0.0.0.0` has no port; mounts and secrets lie elsewhere here."""
    assert rewriter.value(value) == expected


def test_rewriting_twice_changes_nothing_more(rewriter: Rewriter) -> None:
    """An address is no name."""
    once = rewriter.text("auth:8080 0.0.0.0:1 auth2:2")
    assert rewriter.text(once) == once


def test_aliases_share_the_address_of_their_service() -> None:
    """Services are counted from 1 in the order of the file."""
    dealt = addresses([("a", ("a",)), ("b", ("b", "b-link"))], "127.70.0")
    assert dealt == {"a": "127.70.0.1", "b": "127.70.0.2", "b-link": "127.70.0.2"}

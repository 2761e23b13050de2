"""botocore: a real S3 client whose GetObject goes to our own service, in the retry mode that is asked for.

Nothing of AWS is reached: the credentials are made up, the endpoint is the bridge's other side. botocore signs, sends,
parses and retries as ever. Only the URL is ours: the event `before-call` (botocore's documented way to change a
request before it is sent) puts the service's own URL in the place of /bucket/key, once a call, so that the answer can
be checked like any other. GetObject is chosen since its body is handed on as it came.
"""

import threading
from collections.abc import Mapping
from typing import Any

import botocore.config
import botocore.session
from botocore.exceptions import ClientError
from urllib3.connection import HTTPConnection

from services.libraries.attempt_source import pool_arguments
from services.libraries.library import Reply, Route
from services.libraries.threads import Threaded


class Botocore:
    """`client.get_object(Bucket=..., Key=...)`.

    Args:
        route: How calls leave.
        mode: legacy, standard or adaptive.
    """

    def __init__(self, route: Route, mode: str) -> None:
        given: dict[str, Any] = {"proxies": {"http": route.bridge}, "retries": {"mode": mode}}
        if route.timeout_s is not None:
            given |= {"connect_timeout": route.timeout_s, "read_timeout": route.timeout_s}
        self.client = botocore.session.Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url="http://auth",
            aws_access_key_id="unused",
            aws_secret_access_key="nothing",  # noqa: S106  made up: no one checks it
            config=botocore.config.Config(**given),
        )
        self._call = threading.local()
        self.client.meta.events.register("before-call.s3.GetObject", self._ours)
        _bind(self.client, route.source)

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried; an answer that is an error is one, whatever botocore makes of it."""
        self._call.url, self._call.headers = url, headers
        try:
            answer = self.client.get_object(Bucket="lab", Key="check")
        except ClientError as error:
            return Reply(error.response["ResponseMetadata"]["HTTPStatusCode"], b"")
        return Reply(answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read())

    def close(self) -> None:
        """Close the kept connections."""
        self.client.close()

    def _ours(self, params: dict[str, Any], **_: object) -> None:
        params["url"] = self._call.url
        params["headers"].update(self._call.headers)


def _bind(client: Any, source: str | None) -> None:  # noqa: ANN401  clients are made at run time
    """Let connections come from `source`. botocore (1.44) has no option for it."""
    session = client._endpoint.http_session  # noqa: SLF001  there is no public way
    usual = session._get_pool_manager_kwargs  # noqa: SLF001
    ours = pool_arguments(source, session._socket_options or HTTPConnection.default_socket_options)  # noqa: SLF001
    session._get_pool_manager_kwargs = lambda **more: usual(**more) | ours  # noqa: SLF001


def open_library(route: Route, mode: str) -> Threaded:
    """A thread for each call."""
    return Threaded(Botocore(route, mode))

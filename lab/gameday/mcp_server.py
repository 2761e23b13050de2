"""``lab gameday mcp``: a responder's tools over the Model Context Protocol, on standard input and output.

A thin server: names, descriptions and arguments are those of ``lab.gameday.responder_tools``; the official SDK speaks
the protocol. It needs the extra ``mcp``.
"""

import json
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from typing import Any

import mcp_types as protocol
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from lab.gameday.responder_tools import TOOLS, Seat, Tool, ToolRefusedError, play_tool

NAME = "retry-storm-lab"
INSTRUCTIONS = """\
You are the responder of a game day on a living system: customers call services over one shared device, the bridge.
Something may be wrong with it, or nothing. Find out what (status, top, triage, logs), inform customers (update),
declare the cause (declare), and bring service back with mitigations that still hold when the trigger comes again; then
resolve.
What hurts customers, needless changes and hints cost points. The game goes on in real time between your calls.
"""


def server(seat: Seat) -> Server[Any]:
    """The server of one responder's place in a game."""

    async def list_tools(
        _: ServerRequestContext[Any], __: protocol.PaginatedRequestParams | None
    ) -> protocol.ListToolsResult:
        return protocol.ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def call_tool(
        _: ServerRequestContext[Any], asked: protocol.CallToolRequestParams
    ) -> protocol.CallToolResult:
        try:
            answer = await play_tool(seat, asked.name, asked.arguments or {})
        except ToolRefusedError as refused:
            said = protocol.TextContent(type="text", text=str(refused))
            return protocol.CallToolResult(content=[said], is_error=True)
        text = protocol.TextContent(type="text", text=json.dumps(answer))
        return protocol.CallToolResult(content=[text], structured_content=answer)

    return Server(
        NAME,
        version=version(NAME),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve(seat: Seat) -> None:
    """Serve until standard input ends, or no one reads standard output any more."""
    made = server(seat)
    with redirect_stdout(sys.__stdout__):  # the SDK takes the descriptor, and diverts what others print
        try:
            async with stdio_server() as (read, write):
                await made.run(read, write, made.create_initialization_options())
        except* BrokenPipeError:
            pass  # the client is gone


def _described(tool: type[Tool]) -> protocol.Tool:
    schema = tool.model_json_schema()
    schema.pop("description", None)
    return protocol.Tool(
        name=tool.tool,
        description=" ".join((tool.__doc__ or "").split()),
        input_schema=schema,
        annotations=protocol.ToolAnnotations(
            read_only_hint=tool.reads, destructive_hint=False, open_world_hint=False
        ),
    )

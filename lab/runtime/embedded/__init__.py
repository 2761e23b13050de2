"""Services as local processes, each on a loopback address of its own: no engine, no root."""

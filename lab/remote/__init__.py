"""The caller's side of a living lab: its socket, its events, its logs."""

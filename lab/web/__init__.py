"""The live page: a process of its own that follows a living lab over its socket, and sends browsers what it saw.

    lab ──events──▶ Feed ──▶ LiveRun (timeline; each second encoded once) ──▶ Viewers ──server-sent events──▶ browsers
     ▲                                                                                                          │
     └────────── LabClient ◀── controls (read as a command's arguments are) ◀── Access (token, host, origin) ◀──┘

It renders and asks, and measures nothing: what ends here, or is slow, never reaches the lab.
"""

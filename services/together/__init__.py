"""Several roles in one process: what each costs by itself (31 MB, 0.4 s to start) is paid once."""

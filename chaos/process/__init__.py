"""Processes of ours: spawned, recognised by pid and start time, recorded in files."""

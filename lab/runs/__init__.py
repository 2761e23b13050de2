"""Run folders on disk: made, listed, pruned, recovered; whatever needs no living lab."""

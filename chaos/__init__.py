"""Everything that changes the world, and everything that undoes it: actions, faults, ledger, watchdog."""

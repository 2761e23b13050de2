"""The lab: topology, runtimes, session, drills, journal, analysis and report of real retry storms."""

"""What the services' logs alone say: lines in order, trouble, triage."""

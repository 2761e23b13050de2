"""What every service is made of: two ports, counters, live settings, admission, logs."""

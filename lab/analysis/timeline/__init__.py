"""Journal events to one row a second: the only fold; everything else reads it."""

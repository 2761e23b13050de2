"""The commands of a game day: parse, ask the exercise, print. What is played is decided below."""

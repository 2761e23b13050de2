"""One strip a monitoring plane: what each saw of the same seconds."""

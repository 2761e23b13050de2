"""A facilitated exercise on a living lab: scenarios, their seal, who may do what, and the director who plays them."""

"""What a drill's conditions are about: each metric evaluated on a timeline."""

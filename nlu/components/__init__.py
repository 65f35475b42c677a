"""Pipeline components of our own."""

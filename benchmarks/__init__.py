"""Measures: each module has `main(...) -> dict`, printed as JSON by `tracker bench NAME --json`."""

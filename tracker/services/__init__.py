"""Writes: one use case a function, the session first; nothing here commits or enqueues."""

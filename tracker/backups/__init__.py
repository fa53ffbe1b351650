"""Backups: a folder with a snapshot of the database, the secrets and what was not loaded yet."""

"""Saved answers and pages, and what readers say of them, in short."""

from __future__ import annotations

from pathlib import Path

from spiders.pages.social import Account, Post, SocialPage

FOLDER = Path(__file__).parent / "saved"


def load(name: str) -> bytes:
    """A saved file of tests/spiders/pages/saved."""
    return (FOLDER / name).read_bytes()


def counts(thing: Account | Post) -> dict[str, int]:
    """Its counts as plain numbers; those that are not known are not there."""
    return {name: int(reading.value or 0) for name, reading in thing.counts.items()}


def only_account(page: SocialPage) -> Account:
    (account,) = page.accounts
    return account


def only_post(page: SocialPage) -> Post:
    (post,) = page.posts
    return post

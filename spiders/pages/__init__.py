"""Readers from the text of a page to an item: pure, so that saved pages test them."""

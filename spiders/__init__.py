"""What looks at other people's pages: the address guard, and readers from text to item."""

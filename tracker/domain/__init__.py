"""The formulas and rules of the product: pure, no database, no web."""

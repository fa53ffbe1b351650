"""The demo brand: a year-round tea shop made from a known truth, loaded the way a real one is."""

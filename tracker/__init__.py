"""A tracker that says which channel and which influencer earned its money."""

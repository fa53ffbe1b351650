"""Everything under one parent: what `tracker up` starts, watches and stops."""

"""What background workers run. Jobs are thin: open a session, call a service, commit, enqueue.

The database is the truth about what is due, never the queue: delivery by RQ is neither at most once
nor at least once. So every job claims its work in the database, tolerates a twin that runs at the
same time, and takes ids only, as JSON.
"""

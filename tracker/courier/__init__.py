"""The courier: a child process that hands messages to mail servers and chat services.

It is a process of its own so that its guard against private networks (`network`) covers every
connection that its libraries make, so that a hanging server can be ended with it, and so that
secrets of one destination are in no process that serves pages.
"""

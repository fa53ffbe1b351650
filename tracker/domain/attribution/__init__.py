"""The attribution engine: pure functions on arrays (DESIGN 5).

expansion (orders x signals in the window) -> merging (signals of one contact) -> qualification
(the policy's precedence) -> weights (rule models) -> allocate and ledger (exact minor units);
kernel puts them together.
"""

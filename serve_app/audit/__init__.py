"""Reading of the audit log: the same choice again, and what other knobs would have chosen."""

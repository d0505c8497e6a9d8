"""From stage rates to replicas and cost."""

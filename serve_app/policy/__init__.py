"""Copy checks: pure functions, one rule a file, stable rule ids. `registry.py` lists the rules."""

from serve_app.policy.context import PolicyContext
from serve_app.policy.finished import UNFINISHED
from serve_app.policy.registry import PolicySettings, check, check_all, unfinished, warm_up

__all__ = ["UNFINISHED", "PolicyContext", "PolicySettings", "check", "check_all", "unfinished", "warm_up"]

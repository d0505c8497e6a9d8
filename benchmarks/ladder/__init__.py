"""The fit copies that each step of the ladder loses, and the requests that it allows in their place."""

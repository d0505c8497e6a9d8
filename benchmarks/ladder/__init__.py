"""How many fit copies are lost on each step of the ladder, and how many more requests it allows."""

"""What the steps of the ladder cost in fit copies, and what they give in capacity."""

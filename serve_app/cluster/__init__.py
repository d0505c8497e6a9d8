"""The flow over Ray Serve: handles, routing, what the stages publish, metrics."""

"""The stages of the graph, each a plain async class with a few lines of Ray Serve around it."""

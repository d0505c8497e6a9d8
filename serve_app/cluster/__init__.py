"""The flow over Ray Serve: handles, request routing, health and metrics of the stages."""

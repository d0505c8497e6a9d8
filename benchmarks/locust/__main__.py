from benchmarks.locust.swarm import app

app()

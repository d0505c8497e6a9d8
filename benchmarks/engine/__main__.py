from benchmarks.engine.measure import app

app()

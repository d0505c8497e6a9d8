from benchmarks.scale.measure import app

app()

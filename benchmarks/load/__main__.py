from benchmarks.load.measure import app

app()

from benchmarks.prefix.measure import app

app()

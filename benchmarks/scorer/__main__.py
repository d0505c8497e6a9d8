from benchmarks.scorer.measure import app

app()

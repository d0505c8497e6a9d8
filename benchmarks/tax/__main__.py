from benchmarks.tax.measure import app

app()

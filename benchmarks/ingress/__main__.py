from benchmarks.ingress.measure import app

app()

from benchmarks.capacity.rates import app

app()

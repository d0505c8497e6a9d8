from benchmarks.selection.curves import app

app()

from benchmarks.report.markdown import app

app()

"""The flow of a request, item in and Decision out, in plain Python: it knows neither Ray nor a protocol."""

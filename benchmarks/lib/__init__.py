"""What several benchmarks share: load, targets, applications, results, figures."""

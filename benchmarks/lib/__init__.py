"""Parts shared by several benchmarks: load, targets, applications, results, figures."""

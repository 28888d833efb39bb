"""How fast and how right, against others in the same run; ``python -m benchmarks`` writes docs/benchmarks.md. No test measures time."""

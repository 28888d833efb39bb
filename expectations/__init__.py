"""What must hold: suites of expectations, and their results."""

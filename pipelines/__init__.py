"""What runs, when and in which order: Dagster definitions and the command line. No parsing, no SQL."""

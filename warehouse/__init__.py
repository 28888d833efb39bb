"""Where tables live: field dictionary, DuckDB, exports, pages, catalogue."""

"""The assets, one module a stage, in the order in which data passes them. What a stage does lies in sources, expectations, warehouse."""

"""Command lines that prepare data, train, evaluate and export: run from the repository root."""

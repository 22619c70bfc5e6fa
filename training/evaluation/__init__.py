"""What `python -m training.evaluate` stands on: where motions come from, and what is measured on them."""

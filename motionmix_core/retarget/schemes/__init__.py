"""Naming schemes of humanoid rigs, one data-only file each. catalogue.py finds them."""

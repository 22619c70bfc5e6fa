"""Armatures: describing one to the retargeting, sampling its poses, writing a take onto it, making our own."""

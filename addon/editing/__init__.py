"""Editing the animator's own Action: which frames, which bones, what is observed, and the exact way back.

ranges and bones say what is to change; source samples what the rig plays; poses turns a finished motion into the
channels' values; splice and write put them between the keys, without a byte changing elsewhere.
"""

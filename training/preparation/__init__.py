"""From other people's motion files to the cache that the trainer reads. The command line is training/prepare.py."""

"""The parts of build.py. Stock Python from 3.8 on with nothing installed, like build.py itself."""

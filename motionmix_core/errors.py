"""What can go wrong, said to the animator.

Every message is written for the person at the keyboard: what is wrong, with which thing, and what to do about it. Code
that can't say so raises something else, and that is a bug.
"""

from __future__ import annotations


class MotionMixError(Exception):
    """Base of the errors whose message is for the animator."""


class RequestError(MotionMixError):
    """What was asked for can't be made: a length out of range, an unknown quality, a mask of another shape."""


class DataError(MotionMixError):
    """A motion, text or music file is missing, broken or of another kind."""


class ModelError(MotionMixError):
    """A trained model (or the library that runs it) is missing, broken or doesn't fit."""


class RigError(MotionMixError):
    """An armature can't be read as a humanoid, or can't be written to."""


class WorkerError(MotionMixError):
    """The process that generates didn't start, died, or answered with nonsense."""


class Cancelled(MotionMixError):
    """The work was given up because somebody asked for that. Nothing is wrong."""

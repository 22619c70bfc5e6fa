"""The process that generates: what it and its client say to each other, the process itself, and the client.

Start with `client.WorkerClient`; the process is ``python -m motionmix_core.worker``.
"""

from .client import Event, Job, Task, WorkerClient
from .process import WorkerSettings

__all__ = ["Event", "Job", "Task", "WorkerClient", "WorkerSettings"]

"""Our ONNX graphs run by torch, for interpreters that have torch and no ONNX Runtime, and for graphics cards.

`TorchSession` takes the place of ONNX Runtime's session. What ships needs none of this.
"""

from .session import TorchSession

__all__ = ["TorchSession"]

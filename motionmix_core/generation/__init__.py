"""From a request to motions: encode the condition, sample, decode, lock the feet. numpy and ONNX Runtime, no torch."""

from .generator import Generator
from .models import default_models_dir, list_models
from .request import GenerationRequest
from .result import GenerationResult, Progress

__all__ = ["GenerationRequest", "GenerationResult", "Generator", "Progress", "default_models_dir", "list_models"]

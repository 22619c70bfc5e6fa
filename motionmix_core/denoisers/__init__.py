"""The networks: ours and the published ones (torch), and the exported one that the extension runs (ONNX Runtime)."""

"""ONNX sessions behind an HTTP API, and its client. Neither torch nor transformers."""

"""Models that rank a catalogue for a history: trained in torch, exported to ONNX, proved against each other."""

"""Servers that `make bench ONLY=http_serving` measures beside ours, each a process of its own.

They are told by the environment what to serve: PEER_MODEL is a folder, PEER_WORKERS and PEER_THREADS how they share
out the processor. Each answers POST /classify {"texts": [...]} with {"probabilities": [[...], ...]}.
"""

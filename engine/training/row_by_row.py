"""Let a graph compute each row by itself, to the last bit. Needs no torch.

Two operators of ONNX Runtime round differently when a batch has one row: the sum over tokens, and the product with the
classes' weights, which is then one with a vector. They become a product a row, and a sum over the last dimension. All
else computes rows alike already: int8 products sum whole numbers, and attention and layer norms take each row alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

MAX_CLASSES = 128
"""With more the product of each row with each class's weights takes too much memory before it is summed."""


def compute_row_by_row(model: Any) -> None:
    """Rewrite in `model`, in place, what rounds differently in a batch of one row."""
    import onnx

    constants = _constants(model)
    inferred = onnx.shape_inference.infer_shapes(model).graph.value_info
    kinds = {v.name: (v.type.tensor_type.elem_type, len(v.type.tensor_type.shape.dim)) for v in inferred}
    tokens = (onnx.TensorProto.FLOAT, 3)
    nodes: list[Any] = []
    for node in model.graph.node:
        if node.op_type == "Gemm" and _is_head(node, constants):
            nodes += _product(model, node, constants)
        elif node.op_type == "ReduceSum" and _sums_tokens(node, constants) and kinds.get(node.input[0]) == tokens:
            nodes += _sum(model, node)
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _constants(model: Any) -> dict[str, np.ndarray]:
    """Return the constants of a graph by name, however they are written."""
    from onnx import numpy_helper

    found = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    nodes = (node for node in model.graph.node if node.op_type == "Constant")
    return found | {n.output[0]: numpy_helper.to_array(a.t) for n in nodes for a in n.attribute if a.name == "value"}


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _is_head(node: Any, constants: Mapping[str, np.ndarray]) -> bool:
    how = _attributes(node)
    if len(node.input) != 3 or node.input[1] not in constants or how.get("transA") or how.get("beta", 1.0) != 1.0:
        return False
    return bool(constants[node.input[1]].shape[0 if how.get("transB") else 1] <= MAX_CLASSES)


def _product(model: Any, node: Any, constants: Mapping[str, np.ndarray]) -> list[Any]:
    """Return what multiplies rows (B, H) with the weights of each class (C, H), sums, and adds the bias."""
    from onnx import helper

    how, name = _attributes(node), node.output[0]
    matrix = constants[node.input[1]] * np.float32(how.get("alpha", 1.0))
    weights = matrix if how.get("transB") else matrix.T
    _add(model, f"{name}_weights", weights[None])
    _add(model, f"{name}_between", np.array([1], dtype=np.int64))
    _add(model, f"{name}_last", np.array([2], dtype=np.int64))
    return [
        helper.make_node("Unsqueeze", [node.input[0], f"{name}_between"], [f"{name}_rows"]),
        helper.make_node("Mul", [f"{name}_rows", f"{name}_weights"], [f"{name}_terms"]),
        helper.make_node("ReduceSum", [f"{name}_terms", f"{name}_last"], [f"{name}_sums"], keepdims=0),
        helper.make_node("Add", [f"{name}_sums", node.input[2]], [name], name=node.name),
    ]


def _sums_tokens(node: Any, constants: Mapping[str, np.ndarray]) -> bool:
    """Return whether `node` sums over its second dimension alone, and drops it."""
    axes = constants.get(node.input[1]) if len(node.input) == 2 else None
    return axes is not None and axes.ravel().tolist() == [1] and not _attributes(node).get("keepdims", 1)


def _sum(model: Any, node: Any) -> list[Any]:
    """Return what sums (B, T, H) over T as a product with ones, one (1, T) by (T, H) a row."""
    from onnx import helper, numpy_helper

    rows, name = node.input[0], node.output[0]
    _add(model, f"{name}_first_two", np.array([0, 1], dtype=np.int64))
    _add(model, f"{name}_between", np.array([1], dtype=np.int64))
    one = numpy_helper.from_array(np.ones(1, dtype=np.float32))
    return [
        helper.make_node("Shape", [rows], [f"{name}_shape"]),
        helper.make_node("Gather", [f"{name}_shape", f"{name}_first_two"], [f"{name}_tokens"]),
        helper.make_node("ConstantOfShape", [f"{name}_tokens"], [f"{name}_ones"], value=one),
        helper.make_node("Unsqueeze", [f"{name}_ones", f"{name}_between"], [f"{name}_row"]),
        helper.make_node("MatMul", [f"{name}_row", rows], [f"{name}_sums"]),
        helper.make_node("Squeeze", [f"{name}_sums", f"{name}_between"], [name], name=node.name),
    ]


def _add(model: Any, name: str, values: np.ndarray) -> None:
    from onnx import numpy_helper

    model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))

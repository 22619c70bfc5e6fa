"""ONNX operators on torch tensors: those that our graphs are made of (opset 18 to 20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .graph import DTYPES

Attributes = Mapping[str, Any]
Operator = Callable[..., Any]
"""(attributes, inputs ...) -> a tensor or several; an input that is left out is None."""

TORCH_DTYPES = {
    number: torch.from_numpy(np.empty(0, dtype.newbyteorder("="))).dtype for number, dtype in DTYPES.items()
}


def _axes(a: Attributes, given: Tensor | None) -> list[int] | None:
    if given is not None:
        return [int(axis) for axis in given.tolist()]
    axes = a.get("axes")
    return None if axes is None else [axes] if isinstance(axes, int) else list(axes)


def _reduce(of: Callable[[Tensor, Any, bool], Tensor]) -> Operator:
    def reduce(a: Attributes, x: Tensor, axes: Tensor | None = None) -> Tensor:
        return of(x, _axes(a, axes) or list(range(x.ndim)), bool(a.get("keepdims", 1)))

    return reduce


def _unsqueeze(a: Attributes, x: Tensor, axes: Tensor | None = None) -> Tensor:
    wanted = _axes(a, axes) or []
    rank = x.ndim + len(wanted)
    for axis in sorted(axis % rank for axis in wanted):
        x = x.unsqueeze(axis)
    return x


def _squeeze(a: Attributes, x: Tensor, axes: Tensor | None = None) -> Tensor:
    wanted = _axes(a, axes)
    return x.squeeze() if wanted is None else x.squeeze(tuple(wanted))


def _reshape(a: Attributes, x: Tensor, shape: Tensor) -> Tensor:
    sizes = [int(size) for size in shape.tolist()]
    if not a.get("allowzero"):
        sizes = [x.shape[place] if size == 0 else size for place, size in enumerate(sizes)]
    return x.reshape(sizes)


def _slice(
    a: Attributes, x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor | None = None, steps: Tensor | None = None
) -> Tensor:
    places = axes.tolist() if axes is not None else range(starts.numel())
    strides = steps.tolist() if steps is not None else [1] * starts.numel()
    for axis, start, end, step in zip(places, starts.tolist(), ends.tolist(), strides, strict=True):
        kept = range(x.shape[axis])[slice(start, end, step)]
        if step > 0:
            x = x.narrow(axis, kept.start, len(range(kept.start, kept.stop))) if len(kept) else x.narrow(axis, 0, 0)
            x = x[(slice(None),) * (axis % x.ndim) + (slice(None, None, step),)] if step > 1 else x
        else:
            x = x.index_select(axis, torch.tensor(list(kept), device=x.device))
    return x


def _gather(a: Attributes, x: Tensor, index: Tensor) -> Tensor:
    axis = a.get("axis", 0) % x.ndim
    at = index.to(x.device)
    at = torch.where(at < 0, at + x.shape[axis], at)
    picked = x.index_select(axis, at.reshape(-1))
    return picked.reshape((*x.shape[:axis], *index.shape, *x.shape[axis + 1 :]))


def _split(a: Attributes, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    axis = a.get("axis", 0)
    if sizes is not None:
        return x.split([int(size) for size in sizes.tolist()], axis)
    return x.tensor_split(a["num_outputs"], axis)


def _gemm(a: Attributes, x: Tensor, y: Tensor, c: Tensor | None = None) -> Tensor:
    x, y = (x.T if a.get("transA") else x), (y.T if a.get("transB") else y)
    product = a.get("alpha", 1.0) * (x @ y)
    return product if c is None else product + a.get("beta", 1.0) * c


def _layer_norm(a: Attributes, x: Tensor, scale: Tensor, bias: Tensor | None = None) -> Tensor:
    shape = x.shape[a.get("axis", -1) % x.ndim :]
    weight, shift = (None if v is None else v.expand(shape) for v in (scale, bias))
    return torch.nn.functional.layer_norm(x, shape, weight, shift, a.get("epsilon", 1e-5))


def _constant(a: Attributes) -> Tensor:
    for name in ("value", "value_float", "value_int", "value_ints"):
        if name in a:
            return torch.as_tensor(a[name])
    raise KeyError("value")


def _constant_of_shape(a: Attributes, shape: Tensor) -> Tensor:
    value = torch.as_tensor(a["value"]) if "value" in a else torch.zeros(1)
    return value.reshape(()).expand([int(size) for size in shape.tolist()]).clone()


def _divide(a: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x / y if x.is_floating_point() else torch.div(x, y, rounding_mode="trunc")


def _expand(a: Attributes, x: Tensor, shape: Tensor) -> Tensor:
    return x.expand(torch.broadcast_shapes(x.shape, [int(size) for size in shape.tolist()]))


def _gelu(a: Attributes, x: Tensor) -> Tensor:
    return torch.nn.functional.gelu(x, approximate=a.get("approximate", "none"))


def _plain(function: Callable[..., Any]) -> Operator:
    return lambda a, *inputs: function(*inputs)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Pow": torch.pow, "MatMul": torch.matmul,
    "Neg": torch.neg, "Abs": torch.abs, "Sqrt": torch.sqrt, "Exp": torch.exp, "Erf": torch.erf,
    "Cos": torch.cos, "Sin": torch.sin, "Asin": torch.asin, "Acos": torch.acos, "Tanh": torch.tanh,
    "Sigmoid": torch.sigmoid, "Max": torch.maximum, "Min": torch.minimum, "Equal": torch.eq,
    "Not": torch.logical_not, "And": torch.logical_and, "Less": torch.lt, "Greater": torch.gt,
    "Where": torch.where, "Relu": torch.relu, "Reciprocal": torch.reciprocal, "Floor": torch.floor,
}  # fmt: skip

OPERATORS: Mapping[str, Operator] = {
    **{name: _plain(function) for name, function in _FUNCTIONS.items()},
    "Identity": lambda a, x: x,
    "Sum": lambda a, first, *others: sum(others, first),
    "Div": _divide,
    "Cast": lambda a, x: x.to(TORCH_DTYPES[a["to"]]),
    "Shape": lambda a, x: torch.tensor(x.shape)[a.get("start", 0) : a.get("end")],
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Gather": _gather,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Concat": lambda a, *inputs: torch.cat(inputs, a["axis"]),
    "Reshape": _reshape,
    "Expand": _expand,
    "Range": lambda a, start, end, step: torch.arange(start.item(), end.item(), step.item(), dtype=start.dtype),
    "Gemm": _gemm,
    "Clip": lambda a, x, low=None, high=None: x.clamp(low, high),
    "Slice": _slice,
    "LayerNormalization": _layer_norm,
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Split": _split,
    "Softmax": lambda a, x: x.softmax(a.get("axis", -1)),
    "Gelu": _gelu,
    "ReduceMax": _reduce(lambda x, axes, keep: x.amax(axes, keep)),
    "ReduceMean": _reduce(lambda x, axes, keep: x.mean(axes, keep)),
    "ReduceSum": _reduce(lambda x, axes, keep: x.sum(axes, keep)),
    "ReduceL2": _reduce(lambda x, axes, keep: x.square().sum(axes, keep).sqrt()),
}

READS_NUMBERS = frozenset({"Reshape", "Expand", "Slice", "Unsqueeze", "Squeeze", "Split", "ConstantOfShape", "Range"})
"""Operators whose later inputs are small numbers that are read: they stay on the CPU."""

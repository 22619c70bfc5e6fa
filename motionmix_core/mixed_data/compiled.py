"""torch.compile where the machine can, and the network as it is where it can't: a slower run rather than none."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor


def compiled(network: torch.nn.Module) -> Callable[..., Tensor]:
    """The network's forward pass, compiled at its first call. One line is logged if that can't be done."""
    from torch._dynamo.exc import BackendCompilerFailed  # it has no public name, and dynamo takes seconds to load

    # one program per window length: a program for all lengths at once is four times as slow on a CPU
    fast = torch.compile(network, dynamic=False)
    able = True

    def forward(*inputs: Tensor) -> Tensor:
        nonlocal able
        if able:
            try:
                return fast(*inputs)
            except BackendCompilerFailed as error:  # most often there is no C++ compiler
                able = False
                why = str(error).strip().splitlines()[0]
                logging.getLogger(__name__).warning("not compiled, so steps take longer (compile = true): %s", why)
        return network(*inputs)

    return forward

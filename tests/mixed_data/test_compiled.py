"""A run that asks for a compiled network, on a machine that can't compile."""

from __future__ import annotations

import torch
import torch._dynamo
import torch._inductor.config

from motionmix_core.mixed_data.compiled import compiled


def test_without_a_compiler_the_network_runs_as_it_is_and_one_line_says_so(caplog):
    torch._dynamo.reset()
    network, x = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh()), torch.randn(5, 4)
    with torch._inductor.config.patch({"cpp.cxx": ("/nowhere/g++",), "force_disable_caches": True}):
        forward = compiled(network)
        for _ in range(2):
            made = forward(x)
            torch.testing.assert_close(made, network(x))
    made.sum().backward()
    assert all(own.grad.abs().sum() > 0 for own in network.parameters())
    (line,) = [record.getMessage() for record in caplog.records if "compile" in record.getMessage()]
    assert "\n" not in line

"""Published checkpoints in the place of a run, and DiP, which goes on from what there is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from motionmix_core.denoisers.dip import generate_pieces
from motionmix_core.denoisers.mdm import MDM, MDMConfig, TextTokens
from motionmix_core.errors import RequestError
from motionmix_core.formats.motion_npz import load_motion, save_motion
from tests.motions import walk
from tests.training.papers.published import bert_encoder, clip_encoder, humanml3d_set
from training import sample_paper

SMALL: dict[str, Any] = {"width": 16, "feedforward": 16, "layers": 1, "heads": 4}


def published(folder, config: MDMConfig, args: dict):
    torch.manual_seed(0)
    folder.mkdir()
    (folder / "args.json").write_text(json.dumps(args))
    torch.save(MDM(config).state_dict(), folder / "model000000007.pt")
    return folder


def test_a_published_text_checkpoint_makes_a_motion(tmp_path, capsys):
    folder = published(tmp_path / "hml", MDMConfig(**SMALL), {"dataset": "humanml", "diffusion_steps": 3})
    data, encoder = humanml3d_set(tmp_path / "HumanML3D"), clip_encoder(tmp_path / "clip")
    arguments = [str(folder), "--text", "a man walks", "--seconds", "3", "-o", str(tmp_path / "walk.npz"),
                 "--text-encoder", str(encoder)]  # fmt: skip
    assert sample_paper.main([*arguments, "--statistics", str(data)]) == 0
    assert load_motion(tmp_path / "walk.npz").num_frames == 60
    assert sample_paper.main(arguments) == 2
    assert "Mean.npy" in capsys.readouterr().err


def test_a_published_action_checkpoint(tmp_path, capsys):
    config = MDMConfig(features=150, condition="action", actions=12, condition_drop=0.0, **SMALL)
    folder = published(tmp_path / "a2m", config, {"dataset": "humanact12", "diffusion_steps": 3, "cond_mask_prob": 0})
    out = tmp_path / "run.npz"
    assert sample_paper.main([str(folder), "--action", "run", "-o", str(out)]) == 0
    assert load_motion(out).num_frames == 60
    args = json.loads((folder / "args.json").read_text())
    (folder / "args.json").write_text(json.dumps(args | {"dataset": "babel"}))
    assert sample_paper.main([str(folder), "--action", "run", "-o", str(out)]) == 2
    assert "babel" in capsys.readouterr().err


def dip(prefix: int = 20) -> MDM:
    torch.manual_seed(0)
    return MDM(MDMConfig(architecture="trans_dec", condition="tokens", condition_width=768, mask_frames=True,
                         diffusion_steps=3, prefix_frames=prefix, **SMALL)).eval()  # fmt: skip


def test_each_piece_goes_on_from_the_one_before():
    model = dip()
    prefix = torch.randn(2, 25, 263)
    text = TextTokens(torch.randn(2, 3, 768), torch.ones(2, 3, dtype=torch.bool))

    def noise(piece: int, call: int) -> torch.Tensor:
        return torch.randn(2, 40, 263, generator=torch.Generator().manual_seed(100 * piece + call))

    long = generate_pieces(model, prefix, [text], 100, noise)
    assert long.shape == (2, 100, 263)
    assert torch.equal(long[:, :40], generate_pieces(model, prefix, [text], 40, noise))
    # the second piece is the first of a motion that goes on from there
    after = generate_pieces(model, long[:, :40], [text], 40, lambda piece, call: noise(piece + 1, call))
    assert torch.equal(long[:, 40:80], after)
    # only the last 20 frames before count, and they do
    other = prefix.clone()
    other[:, :5] += 1
    assert torch.equal(long, generate_pieces(model, other, [text], 100, noise))
    other[:, -1] += 1
    assert not torch.equal(long[:, :40], generate_pieces(model, other, [text], 40, noise))
    # a text of its own for the second piece
    second = TextTokens(text.features * -1, text.valid)
    mixed = generate_pieces(model, prefix, [text, second], 80, noise)
    assert torch.equal(mixed[:, :40], long[:, :40]) and not torch.equal(mixed[:, 40:], long[:, 40:80])


def test_pieces_that_can_t_be_made():
    prefix = torch.zeros(1, 20, 263)

    def noise(piece: int, call: int) -> torch.Tensor:
        return torch.zeros(1, 40, 263)

    with pytest.raises(RequestError, match="makes its motion at once"):
        generate_pieces(dip(prefix=0), prefix, [None], 40, noise)
    with pytest.raises(RequestError, match="20 frames"):
        generate_pieces(dip(), prefix[:, :19], [None], 40, noise)
    with pytest.raises(RequestError, match="condition"):
        generate_pieces(dip(), prefix, [], 40, noise)


def test_a_published_dip_checkpoint_goes_on_from_a_motion(tmp_path, capsys):
    args = {"dataset": "humanml", "diffusion_steps": 3, "mask_frames": True, "context_len": 20,
            "text_encoder_type": "bert"}  # fmt: skip
    folder = published(tmp_path / "dip", dip().config, args)
    data, encoder = humanml3d_set(tmp_path / "HumanML3D"), bert_encoder(tmp_path / "bert")
    save_motion(tmp_path / "known.npz", walk(3.0))
    arguments = [str(folder), "--statistics", str(data), "--text-encoder", str(encoder), "--text", "a man walks",
                 "--seconds", "5", "-o", str(tmp_path / "on.npy")]  # fmt: skip
    assert sample_paper.main([*arguments, "--observe", str(tmp_path / "known.npz"), "--count", "2"]) == 0
    first, second = (np.load(tmp_path / f"on-{number}.npy") for number in (1, 2))
    assert first.shape == (100, 263) and not np.array_equal(first, second)
    assert sample_paper.main(arguments) == 2
    assert "--observe" in capsys.readouterr().err

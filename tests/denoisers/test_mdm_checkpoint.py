"""Published checkpoint folders: the layouts that exist in the wild are read, and broken ones named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from motionmix_core.denoisers.mdm import MDM, TARGETS, MDMConfig, Targets, TextTokens
from motionmix_core.errors import ModelError, RequestError
from tests.denoisers.golden import fill

SMALL = MDMConfig(features=251, layers=2, width=64, feedforward=128)
ARGS = {"arch": "trans_enc", "latent_dim": 64, "diffusion_steps": 50, "mask_frames": True, "cond_mask_prob": 0.1}


def published(folder: Path, contents: dict[str, Any], args: dict[str, Any] = ARGS, step: int = 475000) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "args.json").write_text(json.dumps(args))
    torch.save(contents, folder / f"model{step:09d}.pt")
    return folder


def weights(model: MDM) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def test_reads_weights_and_settings(tmp_path: Path) -> None:
    model = fill(MDM(SMALL))
    read = MDM.from_public_checkpoint(published(tmp_path / "kit", weights(model)))
    assert not read.training
    assert (read.config.features, read.config.layers, read.config.feedforward) == (251, 2, 128)
    assert read.config.mask_frames
    assert len(read.schedule()) == 50
    x, t, text = torch.randn(2, 12, 251), torch.tensor([0, 49]), torch.randn(2, 512)
    assert torch.equal(read(x, t, text), model(x, t, text))


def test_old_file_with_text_tower_and_tables(tmp_path: Path) -> None:
    state = weights(fill(MDM(SMALL)))
    state["clip_model.visual.proj"] = torch.zeros(4, 4)
    state["sequence_pos_encoder.pe"] = torch.zeros(5000, 1, 64)
    state["embed_timestep.sequence_pos_encoder.pe"] = torch.zeros(5000, 1, 64)
    assert MDM.from_public_checkpoint(published(tmp_path / "old", state)).config.features == 251


def test_average_is_preferred_unless_declined(tmp_path: Path) -> None:
    raw, average = weights(MDM(SMALL)), weights(MDM(SMALL))
    folder = published(tmp_path / "ema", {"model": raw, "model_avg": average})
    key = "embed_text.weight"
    assert torch.equal(MDM.from_public_checkpoint(folder).state_dict()[key], average[key])
    assert torch.equal(MDM.from_public_checkpoint(folder, use_ema=False).state_dict()[key], raw[key])


def test_newest_step_and_safetensors(tmp_path: Path) -> None:
    early, late = weights(MDM(SMALL)), weights(MDM(SMALL))
    folder = published(tmp_path / "steps", late, step=600000)
    published(folder, early, step=75000)
    key = "embed_text.weight"
    assert torch.equal(MDM.from_public_checkpoint(folder).state_dict()[key], late[key])
    save_file(early, folder / "model.safetensors")
    assert torch.equal(MDM.from_public_checkpoint(folder).state_dict()[key], early[key])


@pytest.mark.parametrize(
    "config",
    [
        MDMConfig(features=150, layers=2, width=64, condition="action", actions=12),
        MDMConfig(features=150, layers=2, width=64, condition="none"),
        MDMConfig(layers=2, width=64, architecture="gru", gru_over="batch"),
        MDMConfig(layers=2, width=64, architecture="trans_dec", condition="tokens", condition_width=768),
        MDMConfig(
            layers=2, width=64, architecture="trans_dec", condition="tokens", condition_width=768, target_layers=1
        ),
    ],
)
def test_kind_is_told_by_the_weights(tmp_path: Path, config: MDMConfig) -> None:
    read = MDM.from_public_checkpoint(published(tmp_path / "any", weights(MDM(config)), {"cond_mask_prob": 0.1}))
    assert read.config == config


@pytest.mark.parametrize(("extra", "token"), [({}, "full"), ({"text_encoder_type": "clip"}, "time")])
def test_decoder_token_follows_the_age_of_the_file(tmp_path: Path, extra: dict[str, str], token: str) -> None:
    state = weights(MDM(MDMConfig(layers=1, width=64, architecture="trans_dec")))
    folder = published(tmp_path / "dec", state, {"emb_trans_dec": True, **extra})
    assert MDM.from_public_checkpoint(folder).config.decoder_token == token
    assert MDM.from_public_checkpoint(folder, decoder_token="full").config.decoder_token == "full"


class _Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harmed"),))


def test_code_in_a_pickle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = published(tmp_path / "bad", {"weight": _Harmful()})
    with pytest.raises(ModelError, match=r"model000475000\.pt.*run code"):
        MDM.from_public_checkpoint(folder)
    assert not (tmp_path / "harmed").exists()


def test_broken_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"args\.json"):
        MDM.from_public_checkpoint(tmp_path)
    (tmp_path / "args.json").write_text("{}")
    with pytest.raises(ModelError, match=r"no model\*\.pt"):
        MDM.from_public_checkpoint(tmp_path)
    (tmp_path / "model000000001.pt").write_bytes(b"PK\x03\x04 truncated")
    with pytest.raises(ModelError, match=r"model000000001\.pt.*download"):
        MDM.from_public_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x80\x04not safetensors")
    with pytest.raises(ModelError, match=r"model\.safetensors.*download"):
        MDM.from_public_checkpoint(tmp_path)


def test_incomplete_or_spoilt_weights_are_named(tmp_path: Path) -> None:
    state = weights(MDM(SMALL))
    del state["seqTransEncoder.layers.1.norm2.bias"]
    with pytest.raises(ModelError, match=r"missing seqTransEncoder\.layers\.1\.norm2\.bias"):
        MDM.from_public_checkpoint(published(tmp_path / "part", state))
    state = weights(MDM(SMALL))
    state["embed_text.bias"][3] = float("nan")
    with pytest.raises(ModelError, match=r"embed_text\.bias.*NaN"):
        MDM.from_public_checkpoint(published(tmp_path / "nan", state))
    state = weights(MDM(SMALL))
    state["embed_target_cond.mlp.0.weight"] = torch.zeros(2, 2)
    with pytest.raises(ModelError, match=r"embed_target_cond\.mlp\.0\.weight|incomplete|not a complete"):
        MDM.from_public_checkpoint(published(tmp_path / "target", state))
    with pytest.raises(ModelError, match="not an MDM checkpoint"):
        MDM.from_public_checkpoint(published(tmp_path / "other", {"weight": torch.zeros(3)}))


def test_targets_reach_the_answer_and_their_absence_is_another_thing() -> None:
    """DiP with target: a goal changes the motion, one that isn't asked for only if its number does, None is no goal."""
    config = MDMConfig(layers=2, width=64, architecture="trans_dec", condition="tokens", condition_width=768,
                       target_layers=1)  # fmt: skip
    model = fill(MDM(config))
    x, t, text = torch.randn(2, 6, 263), torch.tensor([3, 7]), torch.randn(2, 4, 768)
    values, known = torch.zeros(2, len(TARGETS), 3), torch.zeros(2, len(TARGETS), dtype=torch.bool)
    known[:, TARGETS.index("left_wrist")] = True
    values[:, TARGETS.index("left_wrist")] = torch.tensor([0.5, 1.2, 2.0])
    with torch.no_grad():
        free, asked = model(x, t, text), model(x, t, text, targets=Targets(values, known))
        unasked = model(x, t, text, targets=Targets(values, torch.zeros_like(known)))
        guided = model(x, t, text, unconditional=True, targets=Targets(values, known))
        unguided = model(x, t, text, unconditional=True)
    assert not torch.allclose(free, asked) and not torch.allclose(asked, unasked)
    assert not torch.allclose(guided, unguided)  # guidance drops the text, not the goal
    padded = TextTokens(text, torch.ones(2, 4, dtype=torch.bool))
    with torch.no_grad():
        assert torch.equal(model(x, t, padded), free)  # bare states are states without padding
    with pytest.raises(RequestError, match=r"\(2, 8, 3\)"):
        model(x, t, text, targets=Targets(values[:, :3], known[:, :3]))
    with pytest.raises(RequestError, match="no targets"):
        MDM(SMALL)(torch.zeros(2, 5, 251), t, targets=Targets(values, known))


def test_wrong_inputs_are_named() -> None:
    text_model = MDM(SMALL).eval()
    t = torch.tensor([0, 1])
    with pytest.raises(RequestError, match="251"):
        text_model(torch.zeros(2, 5, 263), t)
    with pytest.raises(RequestError, match="timesteps"):
        text_model(torch.zeros(2, 5, 251), torch.tensor([0]))
    with pytest.raises(RequestError, match="512"):
        text_model(torch.zeros(2, 5, 251), t, torch.zeros(2, 300))
    with pytest.raises(RequestError, match="conditioned by: text"):
        text_model(torch.zeros(2, 5, 251), t, TextTokens(torch.zeros(2, 3, 512), torch.ones(2, 3)))
    actions = MDM(MDMConfig(features=150, layers=1, width=64, condition="action", actions=12)).eval()
    with pytest.raises(RequestError, match="outside the table"):
        actions(torch.zeros(2, 5, 150), t, torch.tensor([3, 12]))

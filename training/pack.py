"""Carry what a training run needs to a machine that takes 64 MiB:

python -m training.pack carried/training.pack --config training/configs/base-cmu.toml
python -m training.pack carried/training.pack --unpack .cache/motion        (there; writes pretrained/text-minilm too)

The pack holds the clips that the config trains and validates on, and the text encoder with those words that their
captions use, its weights rounded to 6 bits. Motion comes back bit for bit, encoded captions within two percent; what
the trainer derives (features, encoded captions) is made anew there.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from motionmix_core.errors import DataError, MotionMixError
from motionmix_core.files import written_whole
from motionmix_core.mixed_data.cache import load_cache
from motionmix_core.mixed_data.config import TrainConfig, load_config
from motionmix_core.mixed_data.trainer import validation_config
from motionmix_core.mixed_data.windows import possible_texts
from training.evaluation.clip_cache import DEFAULT_CACHE
from training.preparation.cache import MANIFEST, ROOT, ROTATIONS

DEFAULT_ENCODER = Path("pretrained/text-minilm")
LIMIT = 64 * 2**20
WEIGHTS, DESCRIPTION, TOKENIZER = "weights.safetensors", "model.json", "tokenizer.json"
PACKED_WEIGHTS = "weights.npz"
WORDS = "words"  # the encoder's table of word pieces, half of its size
ROUNDED_BITS = 5  # of an fp16 mantissa's ten, which say more than the network needs and don't compress


def pack(cache: Path, encoder: Path, config: TrainConfig, out: Path) -> Path:
    """Write the pack. Raises DataError if the cache holds no clips for the config."""
    manifest = json.loads((cache / MANIFEST).read_text(encoding="utf-8"))
    shippable = config.data.shippable_only
    clips = [c for c in manifest["clips"] if c["split"] in ("train", "val") and (c["shippable"] or not shippable)]
    if not clips:
        raise DataError(f"{cache} holds no clips that this config trains on")
    rows = np.concatenate([np.arange(c["start"], c["start"] + c["frames"]) for c in clips])
    starts = np.cumsum([0, *(c["frames"] for c in clips)])[:-1]
    kept = [{**c, "start": int(start)} for c, start in zip(clips, starts, strict=True)]
    root = np.load(cache / ROOT, mmap_mode="r")[rows]
    rotations = np.load(cache / ROTATIONS, mmap_mode="r")[rows]
    out.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(out, binary=True) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps({**manifest, "clips": kept}))
        archive.writestr(ROOT, _planes(_steps(root.view(np.uint32), starts)))
        # half a minute for a megabyte: the limit is that near
        archive.writestr(ROTATIONS, _planes(_steps(rotations.view(np.uint16), starts)), zipfile.ZIP_LZMA)
        for name, data in _encoder_files(encoder, _word_pieces(cache, encoder, config)).items():
            archive.writestr(f"text/{name}", data)
    return out


def unpack(packed: Path, cache: Path, encoder: Path) -> None:
    """Write the cache, and the encoder if its folder isn't there yet. Raises DataError for a file that isn't a pack."""
    try:
        archive = zipfile.ZipFile(packed)
        manifest = json.loads(archive.read(MANIFEST))
        frames = sum(clip["frames"] for clip in manifest["clips"])
        starts = np.array([clip["start"] for clip in manifest["clips"]])
        root = _summed(_joined(archive.read(ROOT), np.uint32, (frames, 3)), starts).view(np.float32)
        rotations = _summed(_joined(archive.read(ROTATIONS), np.uint16, (frames, 22, 4)), starts).view(np.int16)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{packed} isn't a pack of this program, or is damaged ({error})") from error
    cache.mkdir(parents=True, exist_ok=True)
    np.save(cache / ROOT, root)
    np.save(cache / ROTATIONS, rotations)
    (cache / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    if not encoder.exists():
        encoder.mkdir(parents=True)
        for name in (n for n in archive.namelist() if n.startswith("text/")):
            data = archive.read(name)
            if name.endswith(PACKED_WEIGHTS):
                (encoder / WEIGHTS).write_bytes(safetensors.numpy.save(unpacked_tensors(data)))
            else:
                (encoder / name.removeprefix("text/")).write_bytes(data)
        _name_weights(encoder)


def carried_bytes(packed: Path, root: Path) -> int:
    """Bytes of the repository's files at `root` (tracked, and new ones that aren't ignored) and of the pack."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    files = [root / name for name in listed.stdout.decode().split("\0") if name]
    return packed.stat().st_size + sum(path.stat().st_size for path in files if path.is_file())


def _word_pieces(cache: Path, encoder: Path, config: TrainConfig) -> NDArray[np.intp]:
    """Which rows of the encoder's table the captions of a run need."""
    import tokenizers

    known = load_cache(cache, config.data.caption_sources)
    texts = possible_texts(known.select("train", config.data.shippable_only), config)
    texts |= possible_texts(known.select("val", config.data.shippable_only), validation_config(config))
    tokenizer = tokenizers.Tokenizer.from_file(str(encoder / TOKENIZER))
    tokenizer.no_padding()
    return np.unique([token for found in tokenizer.encode_batch(sorted(texts)) for token in found.ids])


def _encoder_files(folder: Path, pieces: NDArray[np.intp]) -> dict[str, bytes]:
    tensors = safetensors.numpy.load_file(folder / WEIGHTS)
    words = np.zeros_like(tensors[WORDS])
    words[pieces] = tensors[WORDS][pieces]
    others = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file() and p.name != WEIGHTS}
    return {**others, PACKED_WEIGHTS: packed_tensors({**tensors, WORDS: words})}


def packed_tensors(tensors: dict[str, NDArray[Any]]) -> bytes:
    """Tensors so that they compress: the big ones, of 16 bits, rounded."""
    arrays: dict[str, Any] = {}
    for name, tensor in tensors.items():
        bits = tensor.view(f"u{tensor.itemsize}")
        if tensor.dtype == np.float16:
            bits = _rounded(bits)
        key = "|".join((name, tensor.dtype.str, "x".join(map(str, tensor.shape))))
        arrays[key] = np.frombuffer(_planes(bits), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def unpacked_tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """What `packed_tensors` was given, rounded."""
    tensors = {}
    with np.load(io.BytesIO(data)) as arrays:
        for key in arrays.files:
            name, kind, shape = key.split("|")
            bits = np.dtype(f"u{np.dtype(kind).itemsize}")
            sizes = tuple(int(n) for n in shape.split("x"))
            tensors[name] = _joined(arrays[key].tobytes(), bits, sizes).view(kind)
    return tensors


def _rounded(bits: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Floats of 16 bits to the nearest with fewer: what is carried over goes into the exponent, as it should.

    The largest, which stand for "never" in masks, stay: above them is infinity.
    """
    half = 1 << (ROUNDED_BITS - 1)
    rounded = ((bits.astype(np.uint32) + half) & ~np.uint32(2 * half - 1)).astype(np.uint16)
    return np.where((bits & 0x7C00) == 0x7800, bits, rounded)


def _name_weights(encoder: Path) -> None:
    """The encoder's description names its weights by their digest, which fewer words change."""
    path = encoder / DESCRIPTION
    digest = hashlib.sha256((encoder / WEIGHTS).read_bytes()).hexdigest()
    table = {**json.loads(path.read_text(encoding="utf-8")), "weights_sha256": digest}
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _steps(values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    """What changes from frame to frame, modulo the width of the integers; small numbers compress well."""
    out = values.copy()
    out[1:] -= values[:-1]
    out[starts] = values[starts]
    return out


def _summed(steps: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    out = np.empty_like(steps)
    for start, stop in zip(starts, [*starts[1:], len(steps)], strict=True):
        np.cumsum(steps[start:stop], axis=0, dtype=steps.dtype, out=out[start:stop])
    return out


def _planes(values: NDArray[Any]) -> bytes:
    """Column after column, the first bytes of all numbers before their second ones."""
    columns = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    return columns.view(np.uint8).reshape(-1, columns.itemsize).T.tobytes()


def _joined(data: bytes, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    size = np.dtype(kind).itemsize
    planes = np.frombuffer(data, np.uint8).reshape(size, -1)
    columns: NDArray[Any] = np.ascontiguousarray(planes.T).view(kind).reshape(*shape[1:], shape[0])
    return np.ascontiguousarray(np.moveaxis(columns, -1, 0))


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0; 1 if pack and repository are over 64 MiB; 2 after a line about what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.pack", description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path, help="the file")
    parser.add_argument("--unpack", type=Path, metavar="CACHE", help="write the cache that the pack holds")
    parser.add_argument("--config", type=Path, default=Path("training/configs/base-cmu.toml"), help="(%(default)s)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="what training.prepare wrote (%(default)s)")
    parser.add_argument("--text-encoder", type=Path, default=DEFAULT_ENCODER, help="(%(default)s)")
    arguments = parser.parse_args(argv)
    try:
        if arguments.unpack:
            unpack(arguments.pack, arguments.unpack, arguments.text_encoder)
            return 0
        pack(arguments.cache, arguments.text_encoder, load_config(arguments.config), arguments.pack)
        carried = carried_bytes(arguments.pack, Path())
    except (MotionMixError, OSError, subprocess.CalledProcessError) as error:
        print(f"pack: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.pack}: {arguments.pack.stat().st_size / 2**20:.1f} MiB; {carried / 2**20:.1f} MiB with the code")
    return int(carried > LIMIT)


if __name__ == "__main__":
    sys.exit(main())

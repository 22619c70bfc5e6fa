"""Which captions a config reads."""

from __future__ import annotations

import pytest

from motionmix_core.mixed_data.caption_sources import ABOUT_STRETCHES, EVERY, is_read
from motionmix_core.mixed_data.config import DataConfig
from tests.mixed_data import small_run

KNOWN = {
    "written", "written-from-file-name", "cmu-index", "cmu-index-subject", "kit-ml", "humanml3d", "sidecar", "mine",
}  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "read"),
    [
        (EVERY, KNOWN),
        ((), set()),
        (DataConfig().caption_sources, {"written", "written-from-file-name", "cmu-index", "cmu-index-subject"}),
        (ABOUT_STRETCHES, {"written", "written-from-file-name", "sidecar", "mine"}),
        (("*", "!written*", "written"), KNOWN - {"written-from-file-name"}),
    ],
)
def test_the_last_pattern_that_fits_decides(patterns, read):
    assert {source for source in KNOWN if is_read(source, patterns)} == read


def test_clips_keep_only_captions_that_are_read(tmp_path):
    cache = small_run.write_cache(tmp_path)
    assert any(clip.captions for clip in cache.told_by(["w*"]).clips)
    assert not any(clip.captions for clip in cache.told_by(["sidecar"]).clips)

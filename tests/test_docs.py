"""The manual: every link leads somewhere, every picture is there, is used, and is small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PICTURE_BYTES = 80_000
ALL_PICTURES_BYTES = 1_500_000
SHEETS = ("demo", "eight-rigs")
"""Pictures that show many rigs or frames at once: they are looked at closely, and may be larger."""


def pages(root: Path) -> list[Path]:
    return [root / "README.md", root / "CONTRIBUTING.md", root / "training" / "README.md", *root.glob("docs/*.md")]


def links(page: Path) -> list[str]:
    """Targets of a page's links and pictures, without those on other sites."""
    found = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return [target for target in found if "://" not in target]


def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked as."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere(repo_root: Path):
    for page in pages(repo_root):
        for target in links(page):
            path, _, anchor = target.partition("#")
            leads_to = (page.parent / path).resolve() if path else page
            assert leads_to.exists(), f"{page.name} links to {target}, which is not there"
            assert not anchor or anchor in anchors(leads_to), f"{page.name} links to {target}: no such heading"


def test_every_page_of_the_manual_is_in_its_index(repo_root: Path):
    index = set(links(repo_root / "docs" / "README.md"))
    assert {page.name for page in (repo_root / "docs").glob("*.md")} - {"README.md"} <= index


def test_every_picture_is_used_and_small(repo_root: Path):
    used = {(page.parent / target).resolve() for page in pages(repo_root) for target in links(page)}
    pictures = [path for path in (repo_root / "docs" / "images").glob("*.png") if path.resolve() in used]
    screenshots = [path for path in pictures if path.stem not in SHEETS]
    unused = sorted(path.name for path in (repo_root / "docs" / "images").glob("*.png") if path not in pictures)
    assert not unused, "in docs/images, but on no page"
    for path in screenshots:
        assert path.stat().st_size <= PICTURE_BYTES, path.name
    assert sum(path.stat().st_size for path in pictures) <= ALL_PICTURES_BYTES


def test_every_screenshot_of_the_manual_is_made_by_a_script(repo_root: Path):
    scripts = "".join(path.read_text(encoding="utf-8") for path in (repo_root / "tests" / "gui").glob("drive_*.py"))
    made = {re.sub(r"\{.*\}", "", name) for name in re.findall(r'"docs-([\w{}.\'_, ()-]+)\.png"', scripts)}
    if not made:
        pytest.fail("no script makes a picture for the manual")
    for page in (repo_root / "docs").glob("*.md"):
        for target in links(page):
            stem = Path(target).stem
            if target.startswith("images/") and stem not in SHEETS:
                assert any(stem == name or (name.endswith("-") and stem.startswith(name)) for name in made), stem

"""What the strict Content-Security-Policy would refuse is in no template."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
STYLES = sorted((ROOT / "static/css").glob("*.css"))
# Letters are read in mail programs, which know no other styles than inline ones.
PAGES = [
    path
    for path in TEMPLATES
    if path.suffix == ".html" and path.parent.name != "letters"
]

FORBIDDEN = {
    "a style": re.compile(r"\sstyle\s*=|<style", re.IGNORECASE),
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a handler": re.compile(r"\son[a-z]+\s*=|hx-on|javascript:", re.IGNORECASE),
    "code for htmx": re.compile(r"hx-(?:vals|vars)=['\"]js:", re.IGNORECASE),
    "another host": re.compile(r"(?:src|href)=['\"](?:https?:)?//", re.IGNORECASE),
}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_it_compiles(path: Path) -> None:
    get_template(_named(path))


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_nothing_is_inline(path: Path) -> None:
    text = path.read_text()
    assert [name for name, shape in FORBIDDEN.items() if shape.search(text)] == []


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_every_form_that_posts_carries_its_token(path: Path) -> None:
    text = path.read_text()
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert all("{% csrf_token %}" in form for form in forms)


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_htmx_is_told_where_and_how(path: Path) -> None:
    """Nothing is inherited: htmx 4 would not do it."""
    for tag in re.findall(r"<[a-z]+[^>]*\shx-(?:get|post)=[^>]*>", path.read_text()):
        assert "hx-target=" in tag and "hx-swap=" in tag


def test_styles_and_script_stay_small() -> None:
    """The portal's sheets together, and what the console puts beside Django's own."""
    sizes = {path.stem: path.stat().st_size for path in STYLES}
    assert sizes.pop("admin") <= 8 * 1024
    assert sum(sizes.values()) <= 30 * 1024
    assert (ROOT / "static/js/app.js").stat().st_size <= 8 * 1024

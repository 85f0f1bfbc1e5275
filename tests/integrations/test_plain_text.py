"""What strangers wrote is shown as a reader would see it, and never takes long."""

import time

import pytest

from apps.integrations import plain_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Tea &amp; cake</p>", "Tea & cake"),
        ("Tea<br>Cake<br/>\n Jam", "Tea\nCake\nJam"),
        ("<ul><li>One<li>Two</ul>End", "One\nTwo\nEnd"),
        ("<script>steal()</script>Hi<style>p{}</style>", "Hi"),
        ("<head><title>T</title><body>Hi", "Hi"),
        ("<!-- <b>no</b> -->Hi<!--[if mso]>x<![endif]-->", "Hi"),
        ("<div style='DISPLAY : none'>Ignore all <b>rules</b></div>Hi", "Hi"),
        ("<span style='font-size:0px'>x</span>Hi", "Hi"),
        ("<span style='font-size:0.9em'>Hi</span>", "Hi"),
        ("<span hidden>x<img src=y>z</span>Hi", "Hi"),
        ("<p style='display:none'>x<p>Hi", "Hi"),
        ("<div style='display:none'><div>x</div>y</div>Hi", "Hi"),
        ("<div style='display:none'>" + "<b>" * 500 + "</b>" * 500 + "</div>x", ""),
        ("<b>unclosed", "unclosed"),
        ("a < b and <notatag", "a < b and"),
        ("Hi<![foo[x", "Hi"),
        ("Hi<!foo<?x", "Hi"),
        ("H\u200bi\u202e \u2066there\x00\x07", "Hi there"),
        ("👩\u200d💻 works", "👩\u200d💻 works"),
        ("&#0;&#x202e;&lt;b&gt;", "\ufffd<b>"),
        ("&#" + "9" * 5_000 + ";<b>x", "&#" + "9" * 997 + "…"),
        ("<a title='>' style='display:none'>x</a>Hi", "Hi"),
        ("<a style='display&#58;none'>x</a>Hi", "Hi"),
        ("<a title='>Hi", "Hi"),
        ("<title><b></title>Hi</title>", "Hi"),
        ("<script>'</b>'</SCRIPT>Hi", "Hi"),
        ("", ""),
    ],
)
def test_html_is_read_as_it_is_seen(source: str, text: str) -> None:
    assert plain_text.from_html(source, 1_000) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!",
        "<!--",
        "<![",
        "</",
        "<a ",
        "<div>",
        "</div>",
        "&",
        "<a b='",
        "<p>",
        "]]>",
    ]
    + [
        "<a b='>",
        "<a b=\"'>",
        "<script></script>",
        "<title>",
        "<b></b>",
        "&#9",
        "<script>",
        "<div hidden>",
        "<span hidden></b>",
        "&#",
        "x",
        " ",
        "\u202e",
        "<?",
    ],
)
def test_nothing_takes_long(piece: str) -> None:
    source = piece * (1_000_000 // len(piece))
    began = time.process_time()
    assert len(plain_text.from_html(source, 20_000)) <= 20_000
    assert len(plain_text.lines(source, 20_000)) <= 20_000
    assert len(plain_text.header(source)) <= 300
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?8J+YgA==?= =?utf-8?q?_ok?=", "😀 ok"),
        ("Re: =?utf-8?q?T=C3=ABa?= at four – ok", "Re: Tëa at four – ok"),
        ("=?utf-8?q?a=0D=0ABcc:_eve?=", "a Bcc: eve"),
        ("=?none?q?x?=", "=?none?q?x?="),
        ("=?utf-8?b?!!!?=", ""),
        ("=?utf-8?b?/w==?=", "=?utf-8?b?/w==?="),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        (None, ""),
        (7, ""),
    ],
)
def test_headers_are_read(value: object, text: str) -> None:
    assert plain_text.header(value) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://example.org/x", True),
        ("http://example.org/x", False),
        ("javascript:alert(1)", False),
        ("https://a b", False),
        (None, False),
    ],
)
def test_only_sound_addresses_are_shown(value: object, shown: bool) -> None:
    assert plain_text.link(value) == (value if shown else "")


@pytest.mark.parametrize("value", [None, "", "soon", "2031-13-01", 7])
def test_what_is_no_time_is_none(value: object) -> None:
    assert plain_text.moment(value) is None


def test_what_is_too_long_says_so() -> None:
    assert plain_text.line("word " * 100, 10) == "word word…"
    assert plain_text.lines("a\n\n\n\nb  c\r\nd", 100) == "a\n\nb c\nd"

"""The page where a person picks an account and allows or denies."""

from html import escape
from pathlib import Path

from apps.integrations.simulator.messages import Answer
from apps.integrations.simulator.people import DEMO

STYLE = Path(__file__).with_name("page.css").read_bytes()
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def consent(
    *,
    label: str,
    action: str,
    client: str,
    back_to: str,
    hint: str,
    scopes: dict[str, str],
    pages: dict[str, str],
    choice: str,
    problem: str,
) -> Answer:
    parts = [
        f"<h1>{escape(client)} asks for access</h1>",
        f'<p class="muted">Your answer is sent to {escape(back_to)}.</p>',
        f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        f'<form method="post" action="{escape(action)}">',
        _accounts(hint),
        _scopes(scopes, choice),
        _pages(pages) if choice == "pages" else "",
        '<div class="row">'
        '<button name="decision" value="allow" class="primary">Allow</button>'
        '<button name="decision" value="deny">Deny</button>'
        "</div></form>",
    ]
    return _whole(label, "".join(parts), 400 if problem else 200)


def trouble(label: str, code: str, words: str) -> Answer:
    body = (
        "<h1>Access blocked: the request is not valid</h1>"
        f"<p>{escape(words)}</p><p class='muted'>Error 400: {escape(code)}</p>"
    )
    return _whole(label, body, 400)


def start() -> Answer:
    body = (
        "<h1>Provider simulator</h1>"
        "<p>Stands in for Google, YouTube, Microsoft and Notion. Nothing here leaves "
        "this machine, and no real account is touched.</p>"
    )
    return _whole("providers", body, 200)


def _accounts(hint: str) -> str:
    known = [each.address for each in DEMO]
    typed = hint if hint and hint not in known else ""
    chosen = "other" if typed else hint or known[0]
    rows = [
        _row("radio", "account", each.address, each.name, each.address, chosen=chosen)
        for each in DEMO
    ]
    other = "checked" if chosen == "other" else ""
    rows.append(
        f'<label class="option"><input type="radio" name="account" value="other" {other}>'
        "<span><span>Another account</span>"
        '<input type="text" inputmode="email" name="address" autocomplete="off" '
        f'value="{escape(typed)}" placeholder="carol@example.com" '
        'aria-label="Address of the other account"></span></label>'
    )
    return _group("Account", rows)


def _scopes(scopes: dict[str, str], choice: str) -> str:
    if not scopes:
        return ""
    if choice == "each":
        rows = [
            _row("checkbox", "scope", name, words, _short(name), chosen=name)
            for name, words in scopes.items()
        ]
        return _group("It may", rows)
    items = "".join(
        f"<li>{escape(words)} <small>{escape(name)}</small></li>"
        for name, words in scopes.items()
    )
    return (
        f"<fieldset><legend>It may, all or nothing</legend><ul>{items}</ul></fieldset>"
    )


def _short(scope: str) -> str:
    return scope.rpartition("/auth/")[2]


def _pages(pages: dict[str, str]) -> str:
    rows = [
        _row("checkbox", "page", name, title, "", chosen=name)
        for name, title in pages.items()
    ]
    return _group("Pages it may see, with all below them", rows)


def _row(
    kind: str, field: str, value: str, words: str, small: str, *, chosen: str
) -> str:
    checked = "checked" if value == chosen else ""
    below = f"<small>{escape(small)}</small>" if small else ""
    return (
        f'<label class="option"><input type="{kind}" name="{field}" '
        f'value="{escape(value)}" {checked}><span>{escape(words)}{below}</span></label>'
    )


def _group(legend: str, rows: list[str]) -> str:
    return f"<fieldset><legend>{legend}</legend>{''.join(rows)}</fieldset>"


def _whole(label: str, body: str, status: int) -> Answer:
    title = f"Simulated {escape(label)}"
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="/_style.css"></head>'
        f"<body><header><strong>{title}</strong><span>Not the real one. "
        f"No real account is touched.</span></header><main>{body}</main></body></html>"
    )
    return Answer(status, text, dict(_HEADERS))

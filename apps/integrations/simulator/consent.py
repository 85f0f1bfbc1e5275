"""The authorize endpoint: what an application asks, and what the person decides."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from apps.integrations.simulator import page
from apps.integrations.simulator.messages import Answer, Stop, redirect
from apps.integrations.simulator.people import DEMO, Person, person
from apps.integrations.simulator.routes import Call

Choice = Literal["each", "all", "pages"]


@dataclass(frozen=True)
class Provider:
    """What the page needs to know of one."""

    name: str
    label: str
    scopes: dict[str, str]  # those that exist, in the words of the page
    always: frozenset[str]  # those nobody is asked about
    choice: Choice
    denied: dict[str, str]  # what comes back after Deny
    needs_pkce_method: tuple[str, ...] = ("S256",)


@dataclass(frozen=True)
class Asked:
    client: str
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str

    def back(self, **more: str) -> Answer:
        """To the application; its own query is kept (RFC 6749, 3.1.2)."""
        place = urlsplit(self.redirect_uri)
        said = more | ({"state": self.state} if self.state else {})
        query = "&".join(filter(None, [place.query, urlencode(said)]))
        return redirect(urlunsplit(place._replace(query=query)))


@dataclass(frozen=True)
class Decision:
    person: Person
    scopes: frozenset[str]
    pages: tuple[str, ...]


def asked(call: Call, provider: Provider) -> Asked:
    """Raises Stop: with a page as long as the way back is not sure, then that way."""
    q = call.request.q
    place = urlsplit(q("redirect_uri"))
    if not q("client_id"):
        raise Stop(page.trouble(provider.label, "invalid_client", "No client_id."))
    if place.scheme not in ("http", "https") or not place.netloc or place.fragment:
        words = "The redirect_uri is no absolute address."
        raise Stop(page.trouble(provider.label, "redirect_uri_mismatch", words))
    call.note["client"] = q("client_id")
    found = Asked(
        client=q("client_id"),
        redirect_uri=q("redirect_uri"),
        state=q("state"),
        scopes=tuple(dict.fromkeys(q("scope").split())),
        challenge=q("code_challenge"),
    )
    if q("response_type") != "code":
        raise Stop(found.back(error="unsupported_response_type"))
    if found.challenge and q("code_challenge_method", "plain") != "S256":
        words = "code_challenge_method has to be S256"
        raise Stop(found.back(error="invalid_request", error_description=words))
    unknown = [each for each in found.scopes if each not in provider.scopes]
    if provider.choice != "pages" and (unknown or not found.scopes):
        words = f"Unknown or missing scopes: {' '.join(unknown)}"
        if provider.choice == "each":  # Google shows it, and sends nobody back
            raise Stop(page.trouble(provider.label, "invalid_scope", words))
        raise Stop(found.back(error="invalid_scope", error_description=words))
    return found


def decide(
    call: Call, provider: Provider, asked: Asked, pages: dict[str, str] | None = None
) -> Decision:
    """What the person chose. Raises Stop with the page, or with the way back."""
    decisions = call.state.settings.decisions
    if decisions:
        given = decisions.pop(0)
        if not given.get("allow", True):
            raise Stop(asked.back(**provider.denied))
        return _decision(
            provider,
            asked,
            str(given.get("account", DEMO[0].address)),
            given.get("scopes", asked.scopes),
            given.get("pages", list(pages or {})),
        )
    if "none" in call.request.q("prompt").split():
        raise Stop(asked.back(error="interaction_required"))
    if call.request.method != "POST":
        raise Stop(_page(call, provider, asked, pages or {}))
    form = call.request.form()
    if form.get("decision") != ["allow"]:
        raise Stop(asked.back(**provider.denied))
    account = form.get("account", [""])[0]
    typed = form.get("address", [""])[0].strip()
    # Whoever types an address means it, also with another one still marked.
    if account == "other" or typed not in ("", call.request.q("login_hint")):
        account = typed
        if "@" not in account[1:-1]:
            words = "Type an address, such as carol@example.com."
            raise Stop(_page(call, provider, asked, pages or {}, words))
    return _decision(
        provider, asked, account, form.get("scope", []), form.get("page", [])
    )


def _decision(
    provider: Provider, asked: Asked, account: str, scopes: object, pages: object
) -> Decision:
    chosen = (
        {str(each) for each in scopes} if isinstance(scopes, list | tuple) else set()
    )
    if provider.choice != "each":
        chosen = set(asked.scopes)
    granted = {
        each for each in asked.scopes if each in chosen or each in provider.always
    }
    if asked.scopes and not granted:
        raise Stop(asked.back(**provider.denied))
    names = (
        tuple(str(each) for each in pages) if isinstance(pages, list | tuple) else ()
    )
    return Decision(person(account), frozenset(granted), names)


def _page(
    call: Call,
    provider: Provider,
    asked: Asked,
    pages: dict[str, str],
    problem: str = "",
) -> Answer:
    rows: dict[str, str] = {}
    for scope in asked.scopes:
        if scope not in provider.always:
            rows[scope] = provider.scopes[scope]
    return page.consent(
        label=provider.label,
        action=f"{call.request.path}?{call.request.query}",
        client=asked.client,
        back_to=urlsplit(asked.redirect_uri).netloc,
        hint=call.request.q("login_hint"),
        scopes=rows,
        pages=pages,
        choice=provider.choice,
        problem=problem,
    )

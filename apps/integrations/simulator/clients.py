"""The applications, as token endpoints with a form know them."""

from apps.integrations.simulator import grants
from apps.integrations.simulator.routes import Call

Form = dict[str, str]


def of_form(call: Call) -> tuple[Form, str, str]:
    """The form, the client's id and its secret: in the form, else by HTTP Basic."""
    form = call.request.fields()
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    if not client:
        client, secret = call.request.basic()
    call.note |= {"client": client, "grant_type": form.get("grant_type", "")}
    return form, client, secret


def knows(call: Call, client: str, secret: str) -> bool:
    """Any secret, until the control door has set one for the client."""
    if not client or not secret:
        return False
    return call.state.settings.secrets.get(client, secret) == secret


def redeem(call: Call, client: str, form: Form) -> grants.Issued:
    return grants.redeem(
        call.state,
        form.get("code", ""),
        client=client,
        redirect_uri=form.get("redirect_uri", ""),
        verifier=form.get("code_verifier", ""),
    )

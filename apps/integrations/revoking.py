"""Taking grants back at their provider, after their connection is gone here.

Some providers keep one grant a person and project (Google's and YouTube's are one):
taking that back would end every other connection to the same account, of whoever it is.
So it is done only when it hits nothing else.
"""

from django.utils.translation import gettext

from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.core.vault import Unreadable
from apps.integrations import endpoints, history
from apps.integrations import provider as shelf
from apps.integrations import token_endpoint
from apps.integrations.models import Connection, Revocation
from apps.integrations.models.token import Secrets
from apps.integrations.provider import Provider
from apps.jobs import jobs


def soon(connection: Connection, secrets: Secrets) -> None:
    """In the transaction in which the secrets leave their connection."""
    provider = connection.declared
    if not _soon(provider, connection.uid, secrets):
        outcome = "no_address" if endpoints.is_offered(provider) else "not_offered"
        history.record(
            history.Kind.REVOKE,
            provider=provider,
            connection=connection,
            outcome=outcome,
        )


def not_kept(provider: Provider, uid: str, secrets: Secrets) -> str:
    """A grant that came and became no connection is on its way back; what to tell its
    person of it."""
    if _soon(provider, uid, secrets):
        words = gettext("What you allowed at %(provider)s is taken back there.")
    else:
        words = gettext("What you allowed at %(provider)s stands there: %(page)s")
    return words % {"provider": provider.name, "page": provider.own_page}


def may_stand(provider: Provider) -> str:
    """Of a handshake that broke off after its person had said yes there: whose grant it
    is was not learnt, so neither is whether something else hangs on it."""
    words = gettext("What you allowed at %(provider)s may stand there: %(page)s")
    return words % {"provider": provider.name, "page": provider.own_page}


def _soon(provider: Provider, uid: str, secrets: Secrets) -> bool:
    """Whether there is a way."""
    if not can_take_back(provider):
        return False
    row = Revocation(provider=provider.id)
    row.seal(secrets, uid)
    row.save()
    jobs.enqueue(revoke, str(row.pk), key=str(row.pk))
    return True


@job("integrations.revoke", queue=Queue.MAIL, seconds=60)
def revoke(revocation_id: str) -> None:
    """Until it is done. Raises OutsideFailure to be tried again."""
    row = Revocation.objects.filter(pk=revocation_id).first()
    if row is None:
        return
    provider = shelf.named(row.provider)
    try:
        secrets, uid = row.open()
    except Unreadable:
        logger.error("revocation_unreadable", revocation=revocation_id)
        raise OutsideFailure("Its secrets do not open.", permanent=True) from None
    outcome = "shared"
    if hits_nothing_else(provider, uid):
        outcome = token_endpoint.revoke(provider, secrets)
    history.record(history.Kind.REVOKE, provider=provider, outcome=outcome)
    if outcome == "failed":
        raise OutsideFailure(f"{provider.name} did not take it back yet.")
    row.delete()


def can_take_back(provider: Provider) -> bool:
    """Whether it has an address for it, and knows us."""
    return bool(provider.revoke_url) and endpoints.is_offered(provider)


def hanging_on(connection: Connection) -> list[Connection]:
    """Other accounts of the same person that hang on its grant, so that it stays at the
    provider without this one."""
    if not can_take_back(connection.declared):
        return []
    same = Connection.objects.owned_by(connection.user).filter(
        provider__in=_one_grant(connection.declared), uid=connection.uid
    )
    return list(same.exclude(pk=connection.pk))


def hits_nothing_else(provider: Provider, uid: str) -> bool:
    """Whether no live connection of anybody hangs on the same grant."""
    same = _one_grant(provider)
    return not Connection.objects.live().filter(provider__in=same, uid=uid).exists()


def _one_grant(provider: Provider) -> list[str]:
    project = endpoints.project(provider)
    return [
        each.id for each in endpoints.offered() if endpoints.project(each) == project
    ]

"""The prices of this account, from the gateway, each night."""

from django.utils import timezone

from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.sms import gateway
from apps.sms.gateway import NotDone, Tariff
from apps.sms.models import Price
from apps.sms.money import micros_of


@job(
    "sms.sync_prices",
    queue=Queue.BULK,
    seconds=1_800,
    schedulable="Ask Twilio what texts cost in each country",
)
def sync_prices() -> None:
    """A row for each price that has changed; of the others, that it still holds.

    Raises `OutsideFailure` at the end when a country could not be asked.
    """
    missed = []
    try:
        countries = gateway.current().countries()
    except NotDone as error:
        raise OutsideFailure(str(error)) from error
    for country in countries:
        try:
            tariffs = gateway.current().tariffs(country)
        except NotDone as error:
            missed.append(country)
            logger.warning("prices_not_told", country=country, why=str(error))
            continue
        for tariff in tariffs:
            _keep(country, tariff)
    logger.info("prices_synced", countries=len(countries), missed=len(missed))
    if missed:
        raise OutsideFailure(f"No prices were told of {', '.join(missed[:10])}.")


def _keep(country: str, tariff: Tariff) -> None:
    now = timezone.now()
    known = Price.objects.filter(
        country=country,
        direction=tariff.direction,
        part=Price.Part.SEGMENT,
        number_type=tariff.number_type,
        source=Price.Source.TWILIO,
    )
    newest = known.order_by("-valid_from").first()
    micros = micros_of(tariff.price)
    if newest and (newest.micros, newest.currency) == (micros, tariff.currency):
        Price.objects.filter(pk=newest.pk).update(checked_at=now)
        return
    if tariff.currency != "USD":
        logger.warning(
            "price_in_other_currency", country=country, currency=tariff.currency
        )
    Price.objects.create(
        country=country,
        direction=tariff.direction,
        part=Price.Part.SEGMENT,
        number_type=tariff.number_type,
        micros=micros,
        currency=tariff.currency[:3],
        source=Price.Source.TWILIO,
        valid_from=now,
        checked_at=now,
    )

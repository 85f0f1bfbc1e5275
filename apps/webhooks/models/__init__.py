from apps.webhooks.models.deliveries import Delivery, News
from apps.webhooks.models.endpoints import Endpoint, Type

__all__ = ["Delivery", "Endpoint", "News", "Type"]

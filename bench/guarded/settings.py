"""The product with one model shared its way (the tests' own) and one the usual way."""

from config.settings.production import *
from config.settings.production import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.rbac.things", "bench.guarded"]

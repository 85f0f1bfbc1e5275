"""What holds in development, tests and production alike."""

from config.settings.api import *
from config.settings.assistant import *
from config.settings.data import *
from config.settings.integrations import *
from config.settings.outside import *
from config.settings.people import *
from config.settings.site import *
from config.settings.work import *

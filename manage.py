#!/usr/bin/env python
import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "0")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(f"The settings cannot be used: {error}")
    execute_from_command_line(sys.argv)

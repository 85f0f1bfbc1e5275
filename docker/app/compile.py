"""Import what web servers, workers and commands import, so that Python keeps it compiled.

Part of the image's build; nothing is called and nobody connected to.
"""

import compileall
from importlib import import_module

import django

django.setup()
for name in (
    "config.urls",
    "config.celery",
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.events.state",
    "celery.worker.worker",
    "celery.worker.consumer",
    "celery.worker.strategy",
    "django.core.management.commands.migrate",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
    "psycopg_binary",
    "smtplib",
    "twilio.rest",
):
    import_module(name)
import_module("config.celery").app.loader.import_default_modules()
for folder in ("apps", "config"):
    compileall.compile_dir(folder, quiet=1)

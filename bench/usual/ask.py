"""A task for each text whose SID begins like that: `python -m bench.usual.ask PREFIX`."""

import sys

from django.apps import apps

from bench.usual.worker import app

texts = apps.get_model("usual", "Message").objects.filter(sid__startswith=sys.argv[1])
for pk in texts.values_list("pk"):
    app.send_task("usual.answer", args=pk)

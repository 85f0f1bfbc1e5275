"""One database is migrated, by whichever worker comes first; each takes a copy of it."""

import os
import subprocess
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

VARIABLE = "TEMPLATE_DATABASE"


def use() -> None:
    """Have Django make this worker's database as a copy."""
    connection.settings_dict["TEST"] |= {"TEMPLATE": made(), "MIGRATE": False}


def made() -> str:
    """Its name, once it is there."""
    name = os.environ[VARIABLE]
    # Not Django's, which has a limit: who comes second waits for as long as it takes.
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        # Let go with this connection, at the end of the block.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not found.rowcount:
            _make(name)
    return name


def pour(name: str, url: str, programs: Path) -> None:
    """Fill an empty database, which may be another server's."""
    own = os.environ["DATABASE_URL"].rpartition("/")[0]
    dump = [f"{programs}/pg_dump", "--format=custom", "--compress=0", f"{own}/{name}"]
    restore = [f"{programs}/pg_restore", "--no-owner", "--exit-on-error"]
    whole = subprocess.run(dump, check=True, stdout=subprocess.PIPE, timeout=120).stdout
    subprocess.run([*restore, f"--dbname={url}"], check=True, input=whole, timeout=120)


def drop() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        name = sql.Identifier(os.environ[VARIABLE])
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))


def _make(name: str) -> None:
    """Under another name until it is whole: what is found gets copied."""
    settings = connection.settings_dict
    before, own = settings["NAME"], settings["TEST"]["NAME"]
    settings["TEST"]["NAME"] = draft = f"{name}_draft"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    settings["NAME"], settings["TEST"]["NAME"] = before, own
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {draft} RENAME TO {name}")

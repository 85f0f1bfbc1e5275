"""Events of one request are found by an index."""

from django.db import migrations

# A partitioned table takes no CREATE INDEX CONCURRENTLY, and without it every partition
# would refuse writes until the last one is done. So the parent gets an index ON ONLY
# itself, which is a moment's work, each partition one of its own, concurrently, and the
# parent's is complete when all are attached. A month that is made meanwhile brings its own.
PARENT = """
CREATE INDEX IF NOT EXISTS audit_by_request ON ONLY rbac_auditevent (request_id, id)
    WHERE request_id <> ''
"""
BARE = """
SELECT i.inhrelid::regclass::text FROM pg_inherits i
WHERE i.inhparent = 'rbac_auditevent'::regclass AND NOT EXISTS (
    SELECT FROM pg_inherits a JOIN pg_index x ON x.indexrelid = a.inhrelid
    WHERE a.inhparent = 'audit_by_request'::regclass AND x.indrelid = i.inhrelid)
ORDER BY 1
"""


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Building waits for every older transaction, and blocks nobody while it does.
        cursor.execute("SELECT current_setting('lock_timeout')")
        (usual,) = cursor.fetchone()
        cursor.execute(PARENT)
        cursor.execute(BARE)
        for (table,) in cursor.fetchall():
            index = f"{table}_request_id_id_idx"
            # What a build that was cut off has left.
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
            cursor.execute("SET lock_timeout = 0")
            cursor.execute(
                f"CREATE INDEX CONCURRENTLY {index} ON {table} (request_id, id)"
                " WHERE request_id <> ''"
            )
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [usual])
            cursor.execute(f"ALTER INDEX audit_by_request ATTACH PARTITION {index}")


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("rbac", "0003_guard_the_anchor_and_the_keys")]

    operations = [
        migrations.RunPython(build, migrations.RunPython.noop),
        migrations.RunSQL(
            migrations.RunSQL.noop, "DROP INDEX IF EXISTS audit_by_request"
        ),
    ]

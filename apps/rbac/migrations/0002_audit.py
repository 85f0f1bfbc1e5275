"""Audit events by month, which nothing may change, and the seals over them."""

import django.contrib.postgres.fields
from django.db import migrations, models

# `xid` before `id`: defaults are filled in the order of columns, and whoever has the
# greater id must not have the older transaction (apps/rbac/seals.py). A sequence, not
# an identity: partitioned tables have none before PostgreSQL 17. The primary key has
# to contain what the table is partitioned by.
EVENTS = """
CREATE SEQUENCE rbac_auditevent_id_seq;
CREATE TABLE rbac_auditevent (
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id bigint NOT NULL DEFAULT nextval('rbac_auditevent_id_seq'),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    layout smallint NOT NULL DEFAULT 1,
    action varchar(100) NOT NULL,
    outcome varchar(10) NOT NULL
        CHECK (outcome IN ('allowed', 'denied', 'done', 'failed')),
    actor_id bigint,
    on_behalf_of_id bigint,
    subject_id bigint,
    obj_type varchar(100) NOT NULL DEFAULT '',
    obj_id varchar(64) NOT NULL DEFAULT '',
    reason varchar(64) NOT NULL DEFAULT '',
    via text[] NOT NULL DEFAULT '{}',
    request_id varchar(64) NOT NULL DEFAULT '',
    origin bytea,
    details bytea,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE rbac_auditevent_id_seq OWNED BY rbac_auditevent.id;
CREATE INDEX audit_by_actor ON rbac_auditevent (actor_id, id)
    WHERE actor_id IS NOT NULL;
CREATE INDEX audit_by_subject ON rbac_auditevent (subject_id, id)
    WHERE subject_id IS NOT NULL;
CREATE INDEX audit_by_object ON rbac_auditevent (obj_id, id) WHERE obj_id <> '';
-- Block ranges: next to no cost for an insert, enough to find a time or a transaction.
CREATE INDEX audit_by_time ON rbac_auditevent USING brin (at, xid)
    WITH (pages_per_range = 32);
CREATE TABLE rbac_auditevent_default PARTITION OF rbac_auditevent DEFAULT;
"""

SEALS = """
CREATE TABLE rbac_auditseal (
    number bigint PRIMARY KEY,
    month date NOT NULL,
    count integer NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    total bigint NOT NULL,
    top_id bigint NOT NULL,
    horizon bigint NOT NULL,
    ceiling bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE rbac_auditleaves (seal bigint PRIMARY KEY, leaves bytea NOT NULL);
-- Digests do not compress.
ALTER TABLE rbac_auditleaves ALTER COLUMN leaves SET STORAGE EXTERNAL;
CREATE TABLE rbac_auditretirement (
    month date PRIMARY KEY,
    count bigint NOT NULL,
    retired_at timestamptz NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE rbac_auditanchor (
    id smallint PRIMARY KEY CHECK (id = 1),
    number bigint NOT NULL,
    digest bytea NOT NULL
);
"""

KEYS = """
CREATE TABLE rbac_personkey (
    person_id bigint PRIMARY KEY,
    sealed text,
    destroyed_at timestamptz,
    CHECK ((sealed IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE TABLE rbac_signingkey (
    id smallint PRIMARY KEY CHECK (id = 1),
    public bytea NOT NULL,
    sealed text NOT NULL
);
"""

# Triggers FOR EACH ROW on the parent are copied to every partition, also to those made
# by hand later. TRUNCATE has only triggers FOR EACH STATEMENT, one per table: the
# function that opens a month puts it there.
REFUSALS = """
CREATE FUNCTION rbac_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is a record', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION rbac_audit_refuse_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rbac_auditseal s JOIN rbac_auditretirement r USING (month)
               WHERE s.number = OLD.seal) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'DELETE of the leaves of seal % is refused: its month stands',
        OLD.seal USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON rbac_auditevent
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON rbac_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON rbac_auditevent_default
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON rbac_auditseal
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON rbac_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON rbac_auditretirement
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON rbac_auditretirement
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE ON rbac_auditleaves
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_delete BEFORE DELETE ON rbac_auditleaves
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse_leaves();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON rbac_auditleaves
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
"""

# Answers whether it made one. Rows that came while the month was missing lie in the
# default partition and are moved as they are. Two seconds for the lock: everybody who
# records waits behind it, and there will be a next try long before it is needed.
MONTHS = """
CREATE FUNCTION rbac_audit_open_month(month date) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    name text := 'rbac_auditevent_' || to_char(month, 'YYYY_MM');
    since timestamptz := month::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    has_strays boolean;
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    LOCK TABLE rbac_auditevent IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    has_strays := EXISTS (SELECT FROM rbac_auditevent_default
                          WHERE at >= since AND at < until);
    IF has_strays THEN
        CREATE TEMP TABLE audit_strays ON COMMIT DROP AS
            SELECT * FROM rbac_auditevent_default WHERE at >= since AND at < until;
        ALTER TABLE rbac_auditevent_default DISABLE TRIGGER audit_refuse;
        DELETE FROM rbac_auditevent_default WHERE at >= since AND at < until;
        ALTER TABLE rbac_auditevent_default ENABLE TRIGGER audit_refuse;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF rbac_auditevent'
                   ' FOR VALUES FROM (%L) TO (%L)', name, since, until);
    EXECUTE format('CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse()', name);
    IF has_strays THEN
        INSERT INTO rbac_auditevent SELECT * FROM audit_strays;
        DROP TABLE audit_strays;
    END IF;
    RETURN true;
END $$;
SELECT rbac_audit_open_month((date_trunc('month', now() AT TIME ZONE 'UTC')
                              + make_interval(months => n))::date)
FROM generate_series(0, 2) n;
"""

UNDO = """
DROP TABLE rbac_auditevent, rbac_auditseal, rbac_auditleaves, rbac_auditretirement,
    rbac_auditanchor, rbac_personkey, rbac_signingkey;
DROP FUNCTION rbac_audit_open_month(date), rbac_audit_refuse(),
    rbac_audit_refuse_leaves();
"""


def _kept_by_hand(name: str, table: str, fields: list) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=name,
        fields=fields,
        options={"managed": False, "db_table": table},
    )


STATE = [
    _kept_by_hand(
        "AuditEvent",
        "rbac_auditevent",
        [
            ("xid", models.BigIntegerField(editable=False)),
            ("id", models.BigIntegerField(primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("layout", models.SmallIntegerField()),
            ("action", models.CharField(max_length=100)),
            ("outcome", models.CharField(max_length=10)),
            ("actor_id", models.BigIntegerField(null=True)),
            ("on_behalf_of_id", models.BigIntegerField(null=True)),
            ("subject_id", models.BigIntegerField(null=True)),
            ("obj_type", models.CharField(blank=True, max_length=100)),
            ("obj_id", models.CharField(blank=True, max_length=64)),
            ("reason", models.CharField(blank=True, max_length=64)),
            (
                "via",
                django.contrib.postgres.fields.ArrayField(models.TextField()),
            ),
            ("request_id", models.CharField(blank=True, max_length=64)),
            ("origin", models.BinaryField(null=True)),
            ("details", models.BinaryField(null=True)),
        ],
    ),
    _kept_by_hand(
        "AuditSeal",
        "rbac_auditseal",
        [
            ("number", models.BigIntegerField(primary_key=True, serialize=False)),
            ("month", models.DateField()),
            ("count", models.IntegerField()),
            ("first_id", models.BigIntegerField()),
            ("last_id", models.BigIntegerField()),
            ("total", models.BigIntegerField()),
            ("top_id", models.BigIntegerField()),
            ("horizon", models.BigIntegerField()),
            ("ceiling", models.BigIntegerField()),
            ("sealed_at", models.DateTimeField()),
            ("root", models.BinaryField()),
            ("previous", models.BinaryField()),
            ("digest", models.BinaryField()),
            ("signature", models.BinaryField()),
        ],
    ),
    _kept_by_hand(
        "AuditLeaves",
        "rbac_auditleaves",
        [
            ("seal", models.BigIntegerField(primary_key=True, serialize=False)),
            ("leaves", models.BinaryField()),
        ],
    ),
    _kept_by_hand(
        "AuditRetirement",
        "rbac_auditretirement",
        [
            ("month", models.DateField(primary_key=True, serialize=False)),
            ("count", models.BigIntegerField()),
            ("retired_at", models.DateTimeField()),
            ("signature", models.BinaryField()),
        ],
    ),
    _kept_by_hand(
        "AuditAnchor",
        "rbac_auditanchor",
        [
            ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
            ("number", models.BigIntegerField()),
            ("digest", models.BinaryField()),
        ],
    ),
    _kept_by_hand(
        "PersonKey",
        "rbac_personkey",
        [
            ("person_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ("sealed", models.TextField(null=True)),
            ("destroyed_at", models.DateTimeField(null=True)),
        ],
    ),
    _kept_by_hand(
        "SigningKey",
        "rbac_signingkey",
        [
            ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
            ("public", models.BinaryField()),
            ("sealed", models.TextField()),
        ],
    ),
]


class Migration(migrations.Migration):

    dependencies = [("rbac", "0001_roles")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    EVENTS + SEALS + KEYS + REFUSALS + MONTHS,
                    reverse_sql=UNDO,
                )
            ],
            state_operations=STATE,
        ),
    ]

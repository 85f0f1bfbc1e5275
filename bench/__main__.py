"""All benchmarks, one after the other."""

from bench import (
    analytics,
    answers,
    api,
    audit,
    connections,
    crowd,
    grammar,
    grants,
    identity,
    jobs,
    logs,
    pages,
    pool,
    webhook,
)

webhook.main()
logs.main()
pool.main()
answers.main()
grammar.main()
crowd.main()
audit.main()
analytics.main()
grants.main()
identity.main()
api.main()
connections.main()
jobs.main()
pages.main()

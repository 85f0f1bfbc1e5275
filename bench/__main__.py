"""All benchmarks, one after the other."""

from bench import audit, grants, identity, jobs, webhook

webhook.main()
audit.main()
grants.main()
identity.main()
jobs.main()

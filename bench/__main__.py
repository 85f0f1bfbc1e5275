"""All benchmarks, one after the other."""

from bench import audit, grants, webhook

webhook.main()
audit.main()
grants.main()

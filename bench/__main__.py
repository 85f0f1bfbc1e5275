"""All benchmarks, one after the other."""

from bench import answers, audit, grants, identity, jobs, webhook

webhook.main()
answers.main()
audit.main()
grants.main()
identity.main()
jobs.main()

"""All benchmarks, one after the other."""

from bench import answers, audit, connections, grants, identity, jobs, webhook

webhook.main()
answers.main()
audit.main()
grants.main()
identity.main()
connections.main()
jobs.main()

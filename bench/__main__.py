"""All benchmarks, one after the other."""

from bench import audit, webhook

webhook.main()
audit.main()

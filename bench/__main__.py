"""All benchmarks, one after the other."""

from bench import webhook

webhook.main()

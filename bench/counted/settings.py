from config.settings.production import *

PASSWORD_HASHERS = ["bench.counted.hashers.CountingHasher"]

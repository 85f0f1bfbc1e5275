"""`python scan_tls.py PORT`: what differs from Mozilla's intermediate configuration, a
line each. Run with the Python of requirements/operations.txt, which has sslyze."""

import sys

from sslyze import (
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
)
from sslyze.mozilla_tls_profile.tls_config_checker import (
    MozillaTlsConfiguration,
    ServerNotCompliantWithTlsConfiguration,
    TlsConfigurationEnum,
    check_server_against_tls_configuration,
)

location = ServerNetworkLocation("switchboard.example", int(sys.argv[1]), "127.0.0.1")
configuration = ServerNetworkConfiguration("switchboard.example")
scanner = Scanner()
scanner.queue_scans([ServerScanRequest(location, configuration)])
(result,) = scanner.get_results()
wanted = MozillaTlsConfiguration.get(TlsConfigurationEnum.MOZILLA_INTERMEDIATE)
try:
    check_server_against_tls_configuration(result, wanted)
except ServerNotCompliantWithTlsConfiguration as error:
    for criterion, words in error.issues.items():
        print(f"{criterion}: {words}")
print("scanned")

"""Checks with names: each prints one line that `cargo xtask test` counts."""

import json
import os
import sys
import traceback

_counted = 0

# These would come before the authority that the scripts name, and send loopback to a proxy.
for _name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
    os.environ.pop(_name, None)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"


def settings():
    """What the simulator printed when it opened, from the JSON file that is the only argument."""
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


class check:
    """A block that fails alone: `with check("what holds"): assert ...`."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        global _counted
        if kind is not None and not issubclass(kind, Exception):
            return False
        _counted += 1
        if error is None:
            print(f"ok: {self.name}", flush=True)
        else:
            at = traceback.extract_tb(trace)[0]
            told = " ".join(f"{kind.__name__}: {error}".split())
            print(f"FAILED: {self.name}: line {at.lineno}: {told}", flush=True)
        return True


def equal(found, wanted):
    """Two values are the same; the failure shows both."""
    assert found == wanted, f"{found!r} is not {wanted!r}"


def end():
    """Says that the script came to its end, and how many checks it made."""
    print(f"checks made: {_counted}", flush=True)

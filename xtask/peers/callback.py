"""The callback address of a bot: what the simulator posts there, read and verified."""

import json
import queue
import ssl
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.call import Call
from msgraph.generated.models.entity import Entity

# How long a notification may take.
PATIENCE = 30


class Callback:
    """Listens, accepts everything, and keeps it in order."""

    def __init__(self, port):
        posted = self.posted = queue.Queue()
        self._kept = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.put((dict(self.headers.items()), body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def wait(self, what, kind, fits):
        """The next notification of this kind of resource that fits; the others stay for later."""
        end = time.monotonic() + PATIENCE
        wanted = lambda one: isinstance(one.data, kind) and fits(one)
        for at, one in enumerate(self._kept):
            if wanted(one):
                return self._kept.pop(at)
        while True:
            try:
                headers, body = self.posted.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no notification in {PATIENCE} s: {what}") from None
            fitting = None
            for one in read(headers, body):
                if fitting is None and wanted(one):
                    fitting = one
                else:
                    self._kept.append(one)
            if fitting is not None:
                return fitting

    def call(self, what, call, state):
        """The next notification that a call has this state."""
        return self.wait(what, Call, lambda one: one.data.id == call and one.data.state == state)


class Notification:
    """One item, with its resource."""

    def __init__(self, headers, item):
        self.headers = headers
        self.change = item["changeType"]
        self.url = item["resourceUrl"]
        data = item["resourceData"]
        # A roster is a list.
        self.data = [entity(one) for one in data] if isinstance(data, list) else entity(data)


def entity(resource):
    """A resource as msgraph-sdk reads it, by the type that it names."""
    resource = json.dumps(resource).encode()
    node = JsonParseNodeFactory().get_root_parse_node("application/json", resource)
    return node.get_object_value(Entity)


def read(headers, body):
    """The items of a posted body."""
    return [Notification(headers, item) for item in json.loads(body)["value"]]


def verified(headers, base, authority, audience):
    """The claims of a notification's token, as Learn says a bot verifies it."""
    trust = ssl.create_default_context(cafile=authority)
    # What Python 3.13 asks by default: key usages and key identifiers as RFC 5280 wants them.
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    address = f"{base}/v1/.well-known/OpenIdConfiguration"
    with urllib.request.urlopen(address, context=trust) as answer:
        metadata = json.load(answer)
    scheme, _, token = headers["authorization"].partition(" ")
    assert scheme == "Bearer", scheme
    key = jwt.PyJWKClient(metadata["jwks_uri"], ssl_context=trust).get_signing_key_from_jwt(token)
    return jwt.decode(
        token, key, algorithms=["RS256"], audience=audience, issuer=metadata["issuer"]
    )

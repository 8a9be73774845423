"""The sound of one telephone: RTP, or SRTP by libsrtp. It is told what to do by lines of JSON.

start    to, hertz, sequence, ssrc, and for SRTP mine and theirs: says a tone from now on
rekey    mine or theirs: another key, with which nothing has been counted
jump     by: as many packets are lost before they are sent
listen   seconds: what came meanwhile, as samples; how often the count wrapped; what was refused
"""

import base64
import json
import math
import socket
import struct
import sys
import threading
import time

from pylibsrtp import Error, Policy, Session

FRAME = 160
TONE = 8_000


def session(key, kind):
    profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
    return Session(Policy(key=base64.b64decode(key), ssrc_type=kind, srtp_profile=profile))


def encoded(sample):
    """G.711, mu-law."""
    sign = 0x80 if sample < 0 else 0
    sample = min(abs(sample), 32_635) + 132
    exponent = max(sample.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | sample >> exponent + 3 & 15) & 0xFF


def decoded(octet):
    octet = ~octet & 0xFF
    sample = ((octet & 15) * 8 + 132 << (octet >> 4 & 7)) - 132
    return -sample if octet & 0x80 else sample


class Phone:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.lock = threading.Lock()
        self.out = self.into = self.newest = None
        self.heard = []
        self.refused = self.wraps = 0

    def keys(self, order):
        with self.lock:
            if order.get("mine"):
                self.out = session(order["mine"], Policy.SSRC_ANY_OUTBOUND)
            if order.get("theirs"):
                self.into = session(order["theirs"], Policy.SSRC_ANY_INBOUND)
        return {}

    def start(self, order):
        self.keys(order)
        self.to = tuple(order["to"])
        self.sequence = order["sequence"]
        for task in (lambda: self.speak(order["hertz"], order["ssrc"]), self.listen_on):
            threading.Thread(target=task, daemon=True).start()
        return {}

    def speak(self, hertz, ssrc):
        begun, spoken = time.monotonic(), 0
        while True:
            angles = (math.tau * hertz / 8_000 * (spoken * FRAME + n) for n in range(FRAME))
            payload = bytes(encoded(int(math.sin(angle) * TONE)) for angle in angles)
            with self.lock:
                self.sequence = self.sequence + 1 & 0xFFFF
                header = struct.pack("!BBHII", 0x80, 0, self.sequence, spoken * FRAME, ssrc)
                packet = header + payload
                if self.out:
                    packet = self.out.protect(packet)
            self.socket.sendto(packet, self.to)
            spoken += 1
            time.sleep(max(begun + spoken * 0.02 - time.monotonic(), 0))

    def listen_on(self):
        while True:
            packet = self.socket.recv(2_048)
            if 192 <= packet[1] <= 223:
                continue
            with self.lock:
                if self.into:
                    try:
                        packet = self.into.unprotect(packet)
                    except Error:
                        self.refused += 1
                        continue
                (sequence,) = struct.unpack_from("!H", packet, 2)
                if self.newest is not None and self.newest - sequence > 0x8000:
                    self.wraps += 1
                self.newest = sequence
                if packet[1] & 0x7F == 0:
                    self.heard.extend(map(decoded, packet[12:]))

    def jump(self, order):
        with self.lock:
            self.sequence = self.sequence + order["by"] & 0xFFFF
        return {}

    def listen(self, order):
        with self.lock:
            before, refused = len(self.heard), self.refused
        time.sleep(order["seconds"])
        with self.lock:
            heard = self.heard[before:]
            samples = base64.b64encode(struct.pack(f"<{len(heard)}h", *heard)).decode()
            refused = self.refused - refused
            return {"samples": samples, "wraps": self.wraps, "refused": refused}


def main():
    phone = Phone()
    print(json.dumps({"port": phone.socket.getsockname()[1]}), flush=True)
    orders = {
        "start": phone.start, "rekey": phone.keys, "jump": phone.jump, "listen": phone.listen
    }
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(orders[order["do"]](order)), flush=True)


main()

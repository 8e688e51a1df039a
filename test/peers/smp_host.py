"""An independent SMP client over a serial port, and an independent imgtool, with nothing but the standard library.

Usage: smp_host.py PORT BAUD COMMAND [ARGUMENT]...; prints one line of JSON.
Written from Zephyr's "SMP Protocol Specification", "SMP Transport Specification" (UART/serial and console), "Application/
software image management group" and from MCUboot's "Image Format", not from this project's code. The CRC is binascii's,
which is C of its own; CBOR (RFC 8949) is read and written here.
"""
import base64
import binascii
import hashlib
import json
import os
import select
import struct
import sys
import termios
import tty

SPEEDS = {115200: termios.B115200, 921600: termios.B921600, 1000000: termios.B1000000}


def head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for kind, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if value < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | kind]) + struct.pack(form, value)
    raise ValueError(value)


def encode(value):
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    # Indefinite length, as zcbor and newtmgr write maps.
    return b"\xbf" + b"".join(encode(k) + encode(v) for k, v in value.items()) + b"\xff"


def decode(data, at=0):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[info], at
    endless = info == 31
    if info in (24, 25, 26, 27):
        size = 1 << info - 24
        info, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major == 0:
        return info, at
    if major == 1:
        return -1 - info, at
    if major in (2, 3):
        text = data[at : at + info]
        return (text if major == 2 else text.decode()), at + info
    items, count = [], info * (2 if major == 5 else 1)
    while data[at] != 0xFF if endless else len(items) < count:
        item, at = decode(data, at)
        items.append(item)
    at += 1 if endless else 0
    return (dict(zip(items[::2], items[1::2])) if major == 5 else items), at


class Port:
    def __init__(self, path, baud):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[2] |= termios.CS8 | termios.CREAD | termios.CLOCAL
        settings[4] = settings[5] = SPEEDS[baud]
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        termios.tcflush(self.fd, termios.TCIOFLUSH)
        self.rest = b""

    def line(self, seconds):
        while b"\n" not in self.rest:
            if not select.select([self.fd], [], [], seconds)[0]:
                raise TimeoutError("no line: " + self.rest.hex())
            self.rest += os.read(self.fd, 4096)
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def write(self, data):
        while data:
            data = data[os.write(self.fd, data) :]


class Host:
    def __init__(self, port, version=0, line_bytes=127):
        self.port, self.version, self.line_bytes, self.sequence = port, version, line_bytes, 200

    def send(self, op, group, command, payload):
        self.sequence = self.sequence + 1 & 255
        body = encode(payload)
        packet = struct.pack(">BBHHBB", self.version << 3 | op, 0, len(body), group, self.sequence, command) + body
        packet += struct.pack(">H", binascii.crc_hqx(packet, 0))
        text = base64.b64encode(struct.pack(">H", len(packet)) + packet)
        size = (self.line_bytes - 3) // 4 * 4
        for at in range(0, len(text), size):
            self.port.write((b"\x04\x14" if at else b"\x06\x09") + text[at : at + size] + b"\n")

    def receive(self, seconds=5.0):
        text = b""
        while True:
            line = self.port.line(seconds).lstrip(b"\r")
            if line[:2] == b"\x06\x09":
                text = line[2:]
            elif line[:2] == b"\x04\x14" and text:
                text += line[2:]
            else:
                continue
            assert len(line) <= 126, len(line)
            data = base64.b64decode(text)
            length = struct.unpack(">H", data[:2])[0]
            if len(data) - 2 < length:
                continue
            packet = data[2 : 2 + length]
            assert len(data) == 2 + length and binascii.crc_hqx(packet, 0) == 0, data.hex()
            op, _, size, group, sequence, command = struct.unpack(">BBHHBB", packet[:8])
            payload, end = decode(packet[8:-2])
            assert end == size == len(packet) - 10
            return op, group, sequence, command, payload

    def ask(self, op, group, command, payload={}):
        self.send(op, group, command, payload)
        answer = self.receive()
        assert answer[:4] == (self.version << 3 | op + 1, group, self.sequence, command), answer
        return answer[4]


def image(version, body, protected=b""):
    header = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 32, len(protected), len(body), 0, *version, 0)
    hashed = header + body + protected
    digest = hashlib.sha256(hashed).digest()
    return hashed + struct.pack("<HHHH", 0x6907, 40, 0x10, 32) + digest, digest


def upload(host, data, chunk, extra={}):
    off = 0
    while off < len(data):
        first = {"len": len(data), "sha": hashlib.sha256(data).digest(), **extra} if off == 0 else {}
        answer = host.ask(2, 1, 1, {**first, "off": off, "data": data[off : off + chunk]})
        assert answer.get("rc", 0) == 0, answer
        off = answer["off"]
    return answer


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def main():
    path, baud, version, line_bytes, command, *args = sys.argv[1:]
    host = Host(Port(path, int(baud)), int(version), int(line_bytes))
    said = {}
    if command == "ask":
        op, group, number, payload = args
        said = host.ask(int(op), int(group), int(number), json.loads(payload))
    elif command == "upload":
        # VERSION, body bytes, chunk bytes: an image of its own making.
        numbers = [int(part) for part in args[0].split(".")]
        data, digest = image(numbers, os.urandom(int(args[1])))
        said = {"hash": digest, "last": upload(host, data, int(args[2])), "images": host.ask(0, 1, 0)["images"]}
    elif command == "image":
        data, digest = image([int(part) for part in args[0].split(".")], bytes.fromhex(args[1]))
        said = {"hash": digest, "file": data}
    elif command == "test":
        said = host.ask(2, 1, 0, {"hash": bytes.fromhex(args[0]), "confirm": False})
    print(json.dumps(plain(said)))


main()

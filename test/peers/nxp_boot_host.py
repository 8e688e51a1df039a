"""An independent host for NXP's MCU bootloader, with nothing but the standard library.

Usage: nxp_boot_host.py PORT BAUD COMMAND [ARGUMENT]..., as blhost has them; prints one line of JSON.
Written from the packet tables of the KL27 Sub-Family Reference Manual, Rev. 5, 13.3.7, and the argument lists of the
blhost User's Guide (MCUBLHOSTUG), not from this project's code. The CRC is binascii's, which is C of its own.
"""
import binascii
import json
import os
import select
import struct
import sys
import termios
import tty

SPEEDS = {57600: termios.B57600, 115200: termios.B115200, 921600: termios.B921600}
ACK, NAK, ABORT, COMMAND, DATA, PING, PONG = range(0xA1, 0xA8)
PACKET = 32


class Refused(Exception):
    pass


class Port:
    def __init__(self, path, baud):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[2] |= termios.CS8 | termios.CREAD | termios.CLOCAL
        settings[4] = settings[5] = SPEEDS[baud]
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        termios.tcflush(self.fd, termios.TCIOFLUSH)

    def read(self, count, seconds=5.0):
        data = b""
        while len(data) < count:
            if not select.select([self.fd], [], [], seconds)[0]:
                raise TimeoutError(f"{len(data)} of {count} bytes came: {data.hex()}")
            data += os.read(self.fd, count - len(data))
        return data

    def write(self, data):
        os.write(self.fd, data)


def crc(data):
    return binascii.crc_hqx(data, 0)


class Host:
    def __init__(self, port):
        self.port = port

    def ping(self):
        self.port.write(bytes([0x5A, PING]))
        answer = self.port.read(10)
        assert answer[:2] == bytes([0x5A, PONG]), answer.hex()
        assert crc(answer[:8]) == struct.unpack("<H", answer[8:])[0], answer.hex()
        return answer[5:1:-1]

    def send(self, kind, payload):
        head = struct.pack("<BBH", 0x5A, kind, len(payload))
        self.port.write(head + struct.pack("<H", crc(head + payload)) + payload)
        answer = self.port.read(2)
        if answer == bytes([0x5A, ABORT]):
            return False
        assert answer == bytes([0x5A, ACK]), answer.hex()
        return True

    def receive(self):
        head = self.port.read(4)
        start, kind, length = struct.unpack("<BBH", head)
        assert start == 0x5A and kind in (COMMAND, DATA), head.hex()
        expected = struct.unpack("<H", self.port.read(2))[0]
        payload = self.port.read(length)
        assert crc(head + payload) == expected, "crc"
        self.port.write(bytes([0x5A, ACK]))
        return kind, payload

    def response(self, tag):
        kind, payload = self.receive()
        assert kind == COMMAND, kind
        assert payload[0] == tag or payload[0] == 0xA0, payload.hex()
        values = struct.unpack(f"<{payload[3]}I", payload[4:4 + 4 * payload[3]])
        if values[0] != 0:
            raise Refused(values[0])
        return values[1:]

    def command(self, code, *values, tag=0xA0, data=None):
        flags = 0 if data is None else 1
        self.send(COMMAND, struct.pack(f"<4B{len(values)}I", code, flags, 0, len(values), *values))
        answer = self.response(tag)
        if data is not None:
            for at in range(0, len(data), PACKET):
                if not self.send(DATA, data[at:at + PACKET]):
                    break
            self.response(0xA0)
        return answer

    def data(self, code, *values, tag):
        length = self.command(code, *values, tag=tag)[0]
        out = b""
        while len(out) < length:
            kind, payload = self.receive()
            assert kind == DATA, kind
            if not payload:
                break
            out += payload
        self.response(0xA0)
        return out


def number(text):
    return int(text, 0)


def key_provisioning(host, name, *arguments):
    if name == "enroll":
        return host.command(0x15, 0)
    if name == "set_user_key":
        data = bytes.fromhex(arguments[1])
        return host.command(0x15, 1, number(arguments[0]), len(data), data=data)
    if name == "set_key":
        return host.command(0x15, 2, number(arguments[0]), number(arguments[1]))
    if name in ("write_key_nonvolatile", "read_key_nonvolatile"):
        return host.command(0x15, 3 if name.startswith("write") else 4, number(arguments[0]))
    if name == "write_key_store":
        data = bytes.fromhex(arguments[0])
        return host.command(0x15, 5, 0, len(data), data=data)
    assert name == "read_key_store", name
    return host.data(0x15, 6, tag=0xB5).hex()


def run(host, name, *arguments):
    if name == "get-property":
        return host.command(0x07, number(arguments[0]), 0, tag=0xA7)
    if name == "flash-erase-all":
        return host.command(0x01, 0)
    if name == "flash-erase-region":
        return host.command(0x02, number(arguments[0]), number(arguments[1]), 0)
    if name == "write-memory":
        data = bytes.fromhex(arguments[1])
        return host.command(0x04, number(arguments[0]), len(data), 0, data=data)
    if name == "read-memory":
        return host.data(0x03, number(arguments[0]), number(arguments[1]), 0, tag=0xA3).hex()
    if name == "reset":
        return host.command(0x0B)
    assert name == "key-provisioning", name
    return key_provisioning(host, *arguments)


def main():
    host = Host(Port(sys.argv[1], number(sys.argv[2])))
    version = host.ping()
    try:
        result = {"status": 0, "value": run(host, *sys.argv[3:])}
    except Refused as refused:
        result = {"status": refused.args[0], "value": None}
    print(json.dumps({"version": f"{chr(version[0])}{version[1]}.{version[2]}.{version[3]}", **result}))


main()

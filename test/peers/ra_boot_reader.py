"""An independent program on a virtual port: reads a part's signature and areas with nothing but the standard library.

Usage: ra_boot_reader.py PORT. Prints one line of JSON. Speaks the boot ROM's frames from their description
(docs/virtual-bench.md), not from this project's code, and opens the port as any serial tool does: raw, 9600 8N1.
"""
import json
import os
import select
import sys
import termios
import tty


def open_port(path):
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = termios.B9600
    settings[2] |= termios.CS8 | termios.CREAD | termios.CLOCAL
    termios.tcsetattr(fd, termios.TCSANOW, settings)
    termios.tcflush(fd, termios.TCIOFLUSH)
    return fd


def read_exactly(fd, count, seconds=3.0):
    data = b""
    while len(data) < count:
        ready, _, _ = select.select([fd], [], [], seconds)
        if not ready:
            raise TimeoutError(f"{len(data)} of {count} bytes came: {data.hex()}")
        data += os.read(fd, count - len(data))
    return data


def synchronize(fd):
    for _ in range(20):
        os.write(fd, b"\x00\x00\x00")
        if select.select([fd], [], [], 0.2)[0]:
            break
    assert os.read(fd, 1) == b"\x00", "the part does not answer zeros"
    os.write(fd, b"\x55")
    return read_exactly(fd, 1)[0]


def command(fd, code, payload=b""):
    length = (1 + len(payload)).to_bytes(2, "big")
    body = length + bytes([code]) + payload
    os.write(fd, b"\x01" + body + bytes([-sum(body) & 0xFF]) + b"\x03")
    head = read_exactly(fd, 3)
    assert head[0] == 0x81, head.hex()
    rest = read_exactly(fd, int.from_bytes(head[1:3], "big") + 2)
    assert sum(head[1:] + rest[:-1]) & 0xFF == 0 and rest[-1] == 0x03, "checksum or end byte"
    assert rest[0] == code, f"refused: {rest.hex()}"
    return rest[1:-2]


def main():
    fd = open_port(sys.argv[1])
    boot_code = synchronize(fd)
    signature = command(fd, 0x3A)
    areas = []
    for number in range(signature[4]):
        area = command(fd, 0x3B, bytes([number]))
        areas.append({"kind": area[0], "start": int.from_bytes(area[1:5], "big"), "end": int.from_bytes(area[5:9], "big")})
    print(json.dumps({
        "bootCode": boot_code,
        "uid": signature[9:25].hex(),
        "product": signature[25:41].decode("ascii").strip(),
        "areas": areas,
        "dlm": command(fd, 0x2C)[0],
        "protection": command(fd, 0x73)[0],
    }))


main()

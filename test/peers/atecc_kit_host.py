"""A host of Microchip's kit protocol: knows the public data sheet's packets and nothing of this project.

usage: atecc_kit_host.py PORT COMMAND...
Each COMMAND is `op,p1,p2[,data]` in hexadecimal; all run in one waking. Prints a JSON object.
"""

import json
import os
import select
import sys
import termios
import tty


def reflect(value, bits):
    return int(format(value, "0%db" % bits)[::-1], 2)


def checksum(data):
    """CRC-16/UMTS register over reflected bytes: the data sheet's, written another way round."""
    register = 0
    for byte in data:
        register ^= reflect(byte, 8) << 8
        for _ in range(8):
            register = (register << 1) ^ (0x8005 if register & 0x8000 else 0)
            register &= 0xFFFF
    return bytes((register & 0xFF, register >> 8))


class Board:
    def __init__(self, path):
        self.port = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.port)
        settings = termios.tcgetattr(self.port)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(self.port, termios.TCSANOW, settings)
        termios.tcflush(self.port, termios.TCIFLUSH)

    def ask(self, text):
        os.write(self.port, text.encode("ascii") + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.port], [], [], 5)
            if not ready:
                raise TimeoutError(text)
            line += os.read(self.port, 1)
        return line.strip(b"\r\n\0").decode("ascii")

    def talk(self, op, p1, p2, data):
        body = bytes((len(data) + 7, op, p1, p2 & 0xFF, p2 >> 8)) + data
        answer = self.ask("E:t(%s)" % (body + checksum(body)).hex().upper())
        kit, _, rest = answer.partition("(")
        if kit != "00":
            return "kit " + kit
        packet = bytes.fromhex(rest.rstrip(")"))
        if packet[0] != len(packet) or checksum(packet[:-2]) != packet[-2:]:
            raise ValueError(answer)
        return packet[1:-2].hex()


def main():
    board = Board(sys.argv[1])
    device = board.ask("board:device(00)")
    address = device[device.index("(") + 1 : device.index(")")]
    said = {"device": device, "next": board.ask("board:device(01)")}
    said["select"] = board.ask("E:physical:select(%s)" % address)
    said["asleep"] = board.talk(0x30, 0, 0, b"")
    said["wake"] = board.ask("E:w()")
    said["answers"] = []
    for command in sys.argv[2:]:
        op, p1, p2, data = (command.split(",") + [""])[:4]
        said["answers"].append(board.talk(int(op, 16), int(p1, 16), int(p2, 16), bytes.fromhex(data)))
    said["idle"] = board.ask("E:i()")
    print(json.dumps(said))


main()

"""A host of a Cordelia-I module that shares no line with this project: what the vendor's public exercises show being typed
and read at its UART terminal (exercise 1: test, reboot, country, network; exercise 2: files), over a serial port.
Prints one JSON object: each step with the lines that came."""

import json
import os
import re
import select
import sys
import termios
import time
import tty


class Terminal:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        speed = termios.tcgetattr(self.fd)
        speed[4] = speed[5] = termios.B115200
        termios.tcsetattr(self.fd, termios.TCSANOW, speed)
        self.rest = b""

    def line(self, seconds):
        end = time.monotonic() + seconds
        while b"\r\n" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                return None
            self.rest += os.read(self.fd, 4096)
        text, self.rest = self.rest.split(b"\r\n", 1)
        return text.decode("utf-8")

    def lines_until(self, pattern, seconds):
        found = []
        while True:
            text = self.line(seconds)
            if text is None:
                return found + ["(nothing more)"]
            found.append(text)
            if re.search(pattern, text):
                return found

    def ask(self, command, pattern=r"^(OK|ERROR.*)$", seconds=10):
        os.write(self.fd, command.encode("utf-8") + b"\r\n")
        return self.lines_until(pattern, seconds)


def main(path):
    at = Terminal(path)
    said = {"test": at.ask("AT+TEST")}
    said["reboot"] = at.ask("AT+reboot", r"^\+eventstartup:")
    said["country"] = at.ask("AT+wlanSet=general,country_code,EU")
    said["network"] = at.ask("AT+wlanconnect=your_ssid,,WPA_WPA2,your_password,,,", r"ipv4_acquired", 30)
    content = "-----BEGIN CERTIFICATE-----MIIB, with a comma"
    said["open"] = at.ask("AT+FileOpen=rootca.pem,WRITE|CREATE,4096")
    file_id = re.match(r"\+fileopen:(\d+),", said["open"][0]).group(1)
    said["write"] = at.ask("AT+FileWrite=%s,0,0,%d,%s" % (file_id, len(content), content))
    said["close"] = at.ask("AT+FileClose=%s,," % file_id)
    said["reopen"] = at.ask("AT+FileOpen=rootca.pem,READ,4096")
    again = re.match(r"\+fileopen:(\d+),", said["reopen"][0]).group(1)
    said["read"] = at.ask("AT+FileRead=%s,0,0,%d" % (again, len(content)))
    said["missing"] = at.ask("AT+FileOpen=none.pem,READ,4096")
    said["enrol"] = at.ask("AT+iotenrol", r"ENROLMENT_COMPLETE|revoked|ERROR", 60)
    said["unknown"] = at.ask("AT+rootline")
    print(json.dumps(said))


main(sys.argv[1])

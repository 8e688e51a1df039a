/** As much of Arduino as the library asks for. */
const ARDUINO = String.raw`
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
typedef uint8_t byte;
using std::min;
const int HEX = 16;
inline void delayMicroseconds(unsigned us) { usleep(us); }
inline void delay(unsigned ms) { usleep(ms * 1000); }
class String : public std::string {
public:
  String(const char *text) : std::string(text == nullptr ? "" : text) {}
  String(int value, int) {
    char text[9];
    snprintf(text, sizeof text, "%x", value);
    assign(text);
  }
  void toUpperCase() { for (char &one : *this) one = toupper(one); }
};
`;

/**
 * An I2C bus that is a kit board on a serial port: wake-up, sleep, idle and command of the bus (data sheet, "I2C Interface":
 * address 0, then word address 1, 2 and 3) are lines of the kit protocol. What is read beyond the end of an answer is FF.
 */
const WIRE = String.raw`
#pragma once
#include <Arduino.h>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
class TwoWire {
public:
  const char *path = nullptr;
  void begin() {
    port = open(path, O_RDWR | O_NOCTTY);
    termios settings;
    if (port < 0 || tcgetattr(port, &settings) != 0) fail(path);
    cfmakeraw(&settings);
    cfsetspeed(&settings, B115200);
    tcsetattr(port, TCSANOW, &settings);
    std::string device = ask("board:device(00)");
    if (device.compare(0, 6, "ECC608") != 0) fail(device);
    ask("E:physical:select(" + device.substr(device.find('(') + 1, 2) + ")");
  }
  void setClock(uint32_t) {}
  void beginTransmission(uint8_t address) { to = address; sent.clear(); }
  size_t write(uint8_t one) { sent += char(one); return 1; }
  size_t write(const uint8_t *bytes, size_t count) { sent.append((const char *)bytes, count); return count; }
  int endTransmission() {
    std::string said = ask(line());
    if (said.compare(0, 3, "00(") != 0) return 2;
    answer.clear();
    for (size_t at = 3; said[at] != ')'; at += 2) answer += char(std::stoi(said.substr(at, 2), nullptr, 16));
    return 0;
  }
  size_t requestFrom(uint8_t, size_t count, bool) {
    if (answer.empty()) return 0;
    given = answer;
    given.resize(count, '\xff');
    answer.clear();
    return count;
  }
  int available() { return given.size(); }
  int read() {
    if (given.empty()) return -1;
    int one = uint8_t(given[0]);
    given.erase(0, 1);
    return one;
  }
private:
  int port = -1;
  uint8_t to = 0;
  std::string sent, answer, given;
  std::string line() {
    if (to == 0) return "E:w()";
    if (sent[0] == 1) return "E:s()";
    if (sent[0] == 2) return "E:i()";
    std::string text = "E:t(";
    for (size_t at = 1; at < sent.size(); at += 1) {
      char two[3];
      snprintf(two, sizeof two, "%02X", uint8_t(sent[at]));
      text += two;
    }
    return text + ")";
  }
  std::string ask(std::string text) {
    text += '\n';
    if (::write(port, text.data(), text.size()) != ssize_t(text.size())) fail(text);
    std::string said;
    for (char one = 0; one != '\n'; said += one) {
      pollfd wait = {port, POLLIN, 0};
      if (poll(&wait, 1, 5000) != 1 || ::read(port, &one, 1) != 1) fail(text);
    }
    return said;
  }
  [[noreturn]] static void fail(const std::string &what) { fprintf(stderr, "bus: %s\n", what.c_str()); exit(1); }
};
inline TwoWire Wire;
`;

/** Name of a file that the library includes -> its text. */
export const ARDUINO_FILES: Readonly<Record<string, string>> = { 'Arduino.h': ARDUINO, 'Wire.h': WIRE };

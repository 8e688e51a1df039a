/** What the maker's driver asks of a platform: a UART, pins that nothing hangs on, a clock. Bytes are handed over while it waits. */
export const PLATFORM = `
#define _DEFAULT_SOURCE
#include <CordeliaI/CordeliaI.h>
#include <CordeliaI/ATCommands/ATDevice.h>
#include <CordeliaI/ATCommands/ATEvent.h>
#include <CordeliaI/ATCommands/ATFile.h>
#include <CordeliaI/ATCommands/ATWLAN.h>
#include <global/global.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
static const char *path;
static int port;
static WE_UART_HandleRxByte_t *heard;
static bool opened(uint32_t rate, WE_FlowControl_t flow, WE_Parity_t parity, WE_UART_HandleRxByte_t *handler) {
  struct termios line;
  port = open(path, O_RDWR | O_NOCTTY);
  if (port < 0 || tcgetattr(port, &line) != 0) return false;
  cfmakeraw(&line);
  cfsetspeed(&line, B115200);
  heard = handler;
  return rate == 115200 && tcsetattr(port, TCSANOW, &line) == 0;
}
static bool closed() { return close(port) == 0; }
static bool sent(const uint8_t *bytes, uint16_t length) { return write(port, bytes, length) == length; }
uint32_t WE_GetTickMicroseconds() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}
uint32_t WE_GetTick() { return WE_GetTickMicroseconds() / 1000; }
void WE_DelayMicroseconds(uint32_t delay) {
  struct pollfd waiting = {.fd = port, .events = POLLIN};
  uint8_t bytes[512];
  if (poll(&waiting, 1, delay / 1000 + 1) <= 0) return;
  ssize_t count = read(port, bytes, sizeof(bytes));
  if (count > 0) (*heard)(bytes, count);
}
void WE_Delay(uint32_t delay) { WE_DelayMicroseconds(delay * 1000); }
bool WE_InitPins(WE_Pin_t pins[], uint8_t count) { return true; }
bool WE_DeinitPins(WE_Pin_t pins[], uint8_t count) { return true; }
bool WE_SetPin(WE_Pin_t pin, WE_Pin_Level_t level) { return true; }
bool WE_GetPinLevel(WE_Pin_t pin, WE_Pin_Level_t *level) { return false; }
`;

/** Steps of the maker's QuarkLink example, and what it has for files besides; a step that is not as wanted ends it. */
export const SESSION = `
static void expect(const char *what, bool as_wanted) {
  if (as_wanted) return;
  fprintf(stderr, "%s: not as wanted, last error %d\\n", what, (int)CordeliaI_GetLastError(NULL));
  exit(1);
}
static bool started, online, enrolled;
static int listed;
static CordeliaI_ATEvent_Startup_t startup;
static void event(char *text) {
  CordeliaI_ATEvent_t kind;
  CordeliaI_ATEvent_IoT_t iot = {0};
  CordeliaI_ATEvent_NetappIP4Acquired_t address;
  CordeliaI_ATFile_FileListEntry_t entry;
  const char *of_list = "+filegetfilelist:";
  if (strncmp(text, of_list, strlen(of_list)) == 0) {
    text += strlen(of_list);
    expect("entry of the list", CordeliaI_ATFile_ParseFileListEntry(&text, &entry) && entry.maxFileSize >= 1024);
    listed += 1;
  } else if (!CordeliaI_ATEvent_ParseEventType(&text, &kind)) return;
  else if (kind == CordeliaI_ATEvent_Startup) started = CordeliaI_ATEvent_ParseStartUpEvent(&text, &startup);
  else if (kind == CordeliaI_ATEvent_NetappIP4Acquired) online = CordeliaI_ATEvent_ParseNetappIP4AcquiredEvent(&text, &address);
  else if (kind == CordeliaI_ATEvent_IoTInfo && CordeliaI_ATEvent_ParseIoTEvent(&text, &iot))
    enrolled = strcmp(iot.statusMessage, "\\"ENROLMENT_COMPLETE\\"") == 0;
}
static void until(const char *what, bool *come, uint32_t ms) {
  for (uint32_t from = WE_GetTick(); !*come && WE_GetTick() - from < ms;) WE_Delay(5);
  expect(what, *come);
  *come = false;
}
static bool get(CordeliaI_ATDevice_GetId_t id, uint8_t option, void *value) { return CordeliaI_ATDevice_Get(id, option, value); }

static void set_quarklink() {
  char host[] = "https://example.quarklink.io", path[] = "/ql/ql_ca.pem", text[514] = {0};
  uint32_t port = 6000, found = 0;
  CordeliaI_ATDevice_GetId_t id = CordeliaI_ATDevice_GetId_Quarklink;
  expect("set port", CordeliaI_ATDevice_Set(id, CordeliaI_ATDevice_GetQuarklink_Port, &port));
  expect("set path", CordeliaI_ATDevice_Set(id, CordeliaI_ATDevice_GetQuarklink_RootCAPath, path));
  expect("set host", CordeliaI_ATDevice_Set(id, CordeliaI_ATDevice_GetQuarklink_Hostname, host));
  expect("get port", get(id, CordeliaI_ATDevice_GetQuarklink_Port, &found) && found == port);
  expect("get path", get(id, CordeliaI_ATDevice_GetQuarklink_RootCAPath, text) && strcmp(text, path) == 0);
  expect("get host", get(id, CordeliaI_ATDevice_GetQuarklink_Hostname, text) && strcmp(text, host) == 0);
}

static void files() {
  char pem[] = "-----BEGIN CERTIFICATE-----\\r\\nMIIBWjCCAQKgAwIBAgIIF7XblCUPhYIw\\r\\n-----END CERTIFICATE-----";
  char image[4096], back[4096 + 1];
  uint16_t length = fread(image, 1, sizeof(image), fopen("in.bin", "rb")), count;
  uint32_t file, token;
  uint32_t anew = CordeliaI_ATFile_OpenFlags_Create | CordeliaI_ATFile_OpenFlags_Overwrite;
  expect("open for writing", CordeliaI_ATFile_Open("/ql/ql_ca.pem", anew, ATFILE_FILE_MIN_SIZE, &file, &token));
  expect("write as it is", CordeliaI_ATFile_Write(file, 0, CordeliaI_DataFormat_Binary, false, strlen(pem), pem, &count) && count == strlen(pem));
  expect("close", CordeliaI_ATFile_Close(file, NULL, NULL));
  expect("open for reading", CordeliaI_ATFile_Open("/ql/ql_ca.pem", CordeliaI_ATFile_OpenFlags_Read, 0, &file, &token));
  expect("read lines", CordeliaI_ATFile_Read(file, 0, CordeliaI_DataFormat_Base64, true, strlen(pem), back, &count));
  expect("same lines", count == strlen(pem) && memcmp(back, pem, count) == 0);
  expect("read as it is", CordeliaI_ATFile_Read(file, 0, CordeliaI_DataFormat_Binary, false, 27, back, &count));
  expect("same line", count == 27 && memcmp(back, pem, 27) == 0);
  expect("close", CordeliaI_ATFile_Close(file, NULL, NULL));
  expect("open in.bin", CordeliaI_ATFile_Open("in.bin", CordeliaI_ATFile_OpenFlags_Create | CordeliaI_ATFile_OpenFlags_Write, 4096, &file, &token));
  expect("write base64", CordeliaI_ATFile_Write(file, 0, CordeliaI_DataFormat_Base64, true, length, image, &count) && count == length);
  expect("close", CordeliaI_ATFile_Close(file, NULL, NULL));
  expect("open in.bin to read", CordeliaI_ATFile_Open("in.bin", CordeliaI_ATFile_OpenFlags_Read, 0, &file, &token));
  expect("read base64", CordeliaI_ATFile_Read(file, 0, CordeliaI_DataFormat_Base64, true, length, back, &count));
  expect("same bytes", count == length && memcmp(back, image, length) == 0);
  expect("close", CordeliaI_ATFile_Close(file, NULL, NULL));
  expect("list", CordeliaI_ATFile_GetFileList() && listed == 2);
  expect("delete", CordeliaI_ATFile_Delete("in.bin", 0));
  expect("is gone", !CordeliaI_ATFile_Open("in.bin", CordeliaI_ATFile_OpenFlags_Read, 0, &file, &token));
  expect("why", CordeliaI_GetLastError(NULL) == -10341);
}

static void enrol() {
  char id[67] = {0};
  CordeliaI_ATWLAN_ConnectionArguments_t network = {.SSID = "hall 2"};
  network.securityParams.securityType = CordeliaI_ATWLAN_SecurityType_WPA_WPA2;
  strcpy(network.securityParams.securityKey, "not-a-secret");
  expect("no device id yet", !get(CordeliaI_ATDevice_GetId_IOT, CordeliaI_ATDevice_GetIot_DeviceID, id));
  expect("no enrolment without a network", !CordeliaI_IoT_Enrol());
  expect("connect", CordeliaI_ATWLAN_Connect(network));
  until("address", &online, 10000);
  expect("enrol", CordeliaI_IoT_Enrol());
  until("end of the enrolment", &enrolled, 50000);
  expect("device id", get(CordeliaI_ATDevice_GetId_IOT, CordeliaI_ATDevice_GetIot_DeviceID, id) && strlen(id) == 64);
  expect("disconnect", CordeliaI_ATWLAN_Disconnect());
}

int main(int count, char **arguments) {
  WE_UART_t uart = {opened, closed, sent, 115200, WE_FlowControl_NoFlowControl, WE_Parity_None};
  CordeliaI_Pins_t pins = {0};
  char udid[38] = {0};
  path = arguments[1];
  expect("init", CordeliaI_Init(&uart, &pins, event));
  until("start-up", &started, 5000);
  expect("article", strncmp(startup.articleNr, "26100110", 8) == 0 && strlen(startup.MACAddress) == 17);
  expect("test", CordeliaI_ATDevice_Test());
  expect("UDID", get(CordeliaI_ATDevice_GetId_IOT, CordeliaI_ATDevice_GetIot_UDID, udid) && strlen(udid) == 36);
  expect("restart of the network processor", CordeliaI_ATDevice_Restart(0));
  files();
  set_quarklink();
  enrol();
  expect("reboot", CordeliaI_ATDevice_Reboot());
  until("start-up after a reboot", &started, 5000);
  expect("factory reset", CordeliaI_ATDevice_FactoryReset());
  until("start-up after a factory reset", &started, 5000);
  listed = 0;
  expect("no file is left", CordeliaI_ATFile_GetFileList() && listed == 0);
  return 0;
}
`;

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DriverError } from '#drivers/core/errors.ts';
import type { Peer } from '#scripts/races/race.ts';
import { runIn, workFolder } from '#scripts/races/work-folder.ts';
import { ARDUINO_FILES } from './eccx08-wire.ts';

/** Three blocks and a word: it writes and reads both. */
export const ECCX08_BYTES = 100;
/** Its `lock()` locks both zones at once; what stands between is reached by its private calls. */
const SESSION = String.raw`
#include <Arduino.h>
#include <Wire.h>
#define private public
#include <ECCX08.h>
#undef private
static void expect(const char *what, bool found) {
  if (!found) { fprintf(stderr, "%s\n", what); exit(1); }
}
static void refused(const char *what, int done) { expect(what, done == 0); }
/** As above, of a command that leaves the chip awake when it is refused. */
static void refusedAwake(const char *what, int done) { refused(what, done); ECCX08.idle(); }
static void load(const char *name, byte *to, size_t count) {
  FILE *file = fopen(name, "rb");
  expect(name, file != nullptr && fread(to, 1, count, file) == count);
}
enum { IDENTITY = 0, DATA = 8, BYTES = 100 };
static byte data[BYTES], digest[32], config[128], found[128], key[64], signature[64], noise[2][32];

static void blank() {
  expect("begin", ECCX08.begin());
  expect("open", !ECCX08.locked());
  expect("configuration", ECCX08.readConfiguration(config));
  expect("serial number", ECCX08.serialNumber(found) && memcmp(found, config, 4) == 0);
  expect("its text", ECCX08.serialNumber().size() == 18);
  expect("random", ECCX08.random(noise[0], 32) && memcmp(noise[0], "\xff\xff\0\0", 4) == 0);
  refused("key before its rules", ECCX08.generatePrivateKey(IDENTITY, key));
  memcpy(&config[20 + 2 * IDENTITY], "\x81\x20", 2);
  memcpy(&config[20 + 2 * DATA], "\x0f\x0f", 2);
  expect("rules", ECCX08.writeConfiguration(config));
  expect("rules read", ECCX08.readConfiguration(found) && memcmp(found, config, 128) == 0);
}

static void configured() {
  expect("lock of the configuration", ECCX08.lock(0));
  refused("second lock", ECCX08.lock(0));
  refused("rules behind the lock", ECCX08.writeConfiguration(config));
  expect("random", ECCX08.random(noise[0], 32) && ECCX08.random(noise[1], 32));
  expect("another", memcmp(noise[0], noise[1], 32) != 0);
  expect("key", ECCX08.generatePrivateKey(IDENTITY, key));
  expect("public key", ECCX08.generatePublicKey(IDENTITY, found) && memcmp(found, key, 64) == 0);
  refused("key in a slot of data", ECCX08.generatePrivateKey(DATA, found));
  refusedAwake("signature before the lock", ECCX08.ecSign(IDENTITY, digest, signature));
  expect("block", ECCX08.writeSlot(DATA, data, 32));
  refused("word before the lock", ECCX08.writeSlot(DATA, data, 4));
  refusedAwake("read before the lock", ECCX08.readSlot(DATA, found, 32));
  expect("lock of the data", ECCX08.lock(1));
}

static void locked() {
  expect("locked", ECCX08.locked());
  expect("write", ECCX08.writeSlot(DATA, data, BYTES));
  expect("read", ECCX08.readSlot(DATA, found, BYTES) && memcmp(found, data, BYTES) == 0);
  refusedAwake("private key", ECCX08.readSlot(IDENTITY, found, 32));
  expect("signature", ECCX08.ecSign(IDENTITY, digest, signature));
  expect("verified", ECCX08.ecdsaVerify(digest, signature, key));
  refused("of another digest", ECCX08.ecdsaVerify(noise[0], signature, key));
  long number = ECCX08.random(10, 20);
  expect("number", number >= 10 && number < 20);
  ECCX08.end();
}

int main(int, char **words) {
  Wire.path = words[1];
  load("in.bin", data, BYTES);
  load("digest.bin", digest, 32);
  blank();
  configured();
  locked();
}
`;

/**
 * arduino-libraries/ArduinoECCX08 (LGPL-2.1 or later), in no package: `ECCX08` names a folder with its `ECCX08.cpp` and
 * `ECCX08.h`. What it says on its I2C bus goes to a kit board, by a bus of ours. A whole life: rules, locks, key, data,
 * signature over the digest of the data, refusals. Needs `g++`.
 */
export const eccx08: Peer = {
  name: 'eccx08',
  prepare: async ({ site, image }) => {
    const library = process.env['ECCX08'];
    if (library === undefined)
      throw new DriverError('bad-argument', 'ECCX08 names no folder of arduino-libraries/ArduinoECCX08.', {
        chip: 'untouched',
      });
    const folder = workFolder();
    for (const [name, text] of Object.entries(ARDUINO_FILES)) writeFileSync(folder.path(name), text);
    writeFileSync(folder.path('session.cpp'), SESSION);
    writeFileSync(folder.path('in.bin'), image);
    writeFileSync(folder.path('digest.bin'), createHash('sha256').update(image).digest());
    const sources = ['session.cpp', `${library}/ECCX08.cpp`];
    await runIn(folder, 'g++', ['-std=c++17', '-I.', `-I${library}`, '-o', 'session', ...sources]);
    const run = (): Promise<void> => runIn(folder, folder.path('session'), [site.port]);
    return { run, dispose: folder.dispose };
  },
};

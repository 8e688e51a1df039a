/* Runs on a Cortex-M0 in QEMU and on the interpreter; what it prints must be the same to the last character. */
#include <stddef.h>
#include <stdint.h>

extern uint32_t *operations(uint32_t a, uint32_t b, uint32_t *out);
extern uint32_t conditions(uint32_t a, uint32_t b);
extern uint32_t exceptions(uint32_t stack);
extern uint32_t hard_fault(void);
extern void svc_handler(void), pendsv_handler(void), fault_handler(void);
void start(void);

extern uint32_t stack_top;
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top, start, 0, fault_handler, 0, 0, 0, 0, 0, 0, 0, svc_handler, 0, 0, pendsv_handler, 0};

static void semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void say(const char *name, uint32_t value) {
  char line[32];
  char *at = line;
  while (*name) *at++ = *name++;
  *at++ = ' ';
  for (int shift = 28; shift >= 0; shift -= 4) *at++ = "0123456789abcdef"[(value >> shift) & 15];
  *at++ = '\n';
  *at = 0;
  semihost(4, line);
}

static uint32_t crc32(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  crc = ~crc;
  while (length--) {
    crc ^= *at++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int by) { return (x >> by) | (x << (32 - by)); }

/* One block of SHA-256 (FIPS 180-4, 6.2.2). */
static void sha256_block(uint32_t h[8], const uint8_t *bytes) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)bytes[i * 4] << 24 | bytes[i * 4 + 1] << 16 | bytes[i * 4 + 2] << 8 | bytes[i * 4 + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3);
    uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + a + w[i - 7] + b;
  }
  for (int i = 0; i < 8; i++) s[i] = h[i];
  for (int i = 0; i < 64; i++) {
    uint32_t e = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25);
    uint32_t t1 = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
    uint32_t a = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22);
    uint32_t t2 = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int j = 7; j > 0; j--) s[j] = s[j - 1];
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

static uint32_t results[512];
static uint8_t block[64];
static int16_t halves[32];
static int8_t small[32];

static int below(const void *a, const void *b) { return *(const int16_t *)a < *(const int16_t *)b; }

static void sort(void *base, int count, int (*less)(const void *, const void *)) {
  int16_t *items = base;
  for (int i = 1; i < count; i++)
    for (int j = i; j > 0 && less(&items[j], &items[j - 1]); j--) {
      int16_t held = items[j];
      items[j] = items[j - 1];
      items[j - 1] = held;
    }
}

static uint32_t branchy(uint32_t n) {
  switch (n & 7) {
    case 0: return n * 3;
    case 1: return n + branchy(n >> 3);
    case 2: return ~n;
    case 3: return n / 7;
    case 4: return n % 11;
    case 5: return (uint32_t)((int32_t)n >> 5) - branchy(n >> 4);
    case 6: return (uint32_t)((uint64_t)n * 0x123456789ull >> 32);
    default: return (uint32_t)((int32_t)n / -13);
  }
}

static const uint32_t operands[] = {0,          1,          2,          31,         32,        33,
                                    0x7f,       0x80,       0xff,       0x100,      0x8000,    0x7fffffff,
                                    0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 0x12345678, 0xdeadbeef};
#define COUNT (sizeof operands / sizeof *operands)

/* Reset leads here: no library, nothing to copy, memory that was never written is zero on both. */
void start(void) {
  for (size_t a = 0; a < COUNT; a++)
    for (size_t b = 0; b < COUNT; b++) {
      uint32_t *end = operations(operands[a], operands[b], results);
      say("operations", crc32(0, results, (uint8_t *)end - (uint8_t *)results));
      say("conditions", conditions(operands[a], operands[b]));
    }
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  block[0] = 'a', block[1] = 'b', block[2] = 'c', block[3] = 0x80, block[63] = 24;
  sha256_block(h, block);
  for (int i = 0; i < 8; i++) say("sha256", h[i]);
  uint32_t x = 1;
  for (int i = 0; i < 32; i++) {
    x = x * 1664525u + 1013904223u;
    halves[i] = (int16_t)(x >> 16);
    small[i] = (int8_t)(x >> 24);
    say("branchy", branchy(x));
  }
  sort(halves, 32, below);
  int32_t sum = 0;
  for (int i = 0; i < 32; i++) sum = sum * 3 + halves[i] + small[i];
  say("signed", (uint32_t)sum);
  say("sorted", crc32(0, halves, sizeof halves));
  say("exceptions", exceptions((uint32_t)&results[256]));
  say("fault", hard_fault());
  semihost(0x18, (const void *)0x20026);
  for (;;) {
  }
}

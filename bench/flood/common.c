#define _GNU_SOURCE
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

void die(const char* format, ...) {
  int error = errno;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
  exit(1);
}

u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND_NS + t.tv_nsec;
}

void sleep_until(u64 at_ns) {
  struct timespec t = {at_ns / SECOND_NS, at_ns % SECOND_NS};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int due(struct schedule* s, u64 now) {
  u64 total = (now - s->start_ns) * s->rate / SECOND_NS, late = s->rate / 10 + BATCH, count;
  if (total > s->given + late) {
    s->missed += total - late - s->given;
    s->given = total - late;
  }
  count = total > s->given ? total - s->given : 0;
  if (count > BATCH) count = BATCH;
  s->given += count;
  return count;
}

u64 next_due(const struct schedule* s) { return s->start_ns + (s->given + BATCH) * SECOND_NS / s->rate; }

u64 draw(u64* state) {
  u64 x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return x * 0x2545f4914f6cdd1dull;
}

void draw_bytes(u64* state, u8* out, size_t length) {
  while (length) {
    u64 word = draw(state);
    size_t n = length < sizeof word ? length : sizeof word;
    memcpy(out, &word, n);
    out += n;
    length -= n;
  }
}

void fill_random(void* out, size_t length) {
  for (u8* p = out; length;) {
    ssize_t n = getrandom(p, length, 0);
    if (n < 0) die("getrandom");
    p += n;
    length -= n;
  }
}

u64 number(const char* text, u64 least, u64 most) {
  char* end;
  errno = 0;
  u64 n = strtoull(text, &end, 10);
  if (errno || end == text || *end || n < least || n > most) {
    errno = 0;
    die("%s: a number from %lu to %lu is wanted", text, least, most);
  }
  return n;
}

void base64_key(const char* text, u8 key[32]) {
  u8 decoded[33];
  errno = 0;
  if (strlen(text) != 44 || EVP_DecodeBlock(decoded, (const u8*)text, 44) != 33) die("not a key of 44 characters");
  memcpy(key, decoded, 32);
}

u32 ipv4(const char* text) {
  struct in_addr address;
  errno = 0;
  if (inet_pton(AF_INET, text, &address) != 1) die("%s: not an IPv4 address", text);
  return ntohl(address.s_addr);
}

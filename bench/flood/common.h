/* What the programs of this folder share: ends with a reason, the clock, a send schedule, random bytes, options. */
#ifndef COMMON_H
#define COMMON_H
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define SECOND_NS 1000000000ull
#define BATCH 64  // messages of one sendmmsg or recvmmsg

// die: prints the reason, that of errno too when it is set, and ends with status 1.
void die(const char* format, ...) __attribute__((noreturn, format(printf, 1, 2)));

u64 now_ns(void);  // CLOCK_MONOTONIC
void sleep_until(u64 at_ns);

/* An open loop: message i is due at start + i / rate, whatever became of those before. One that is late by more than
 * 100 ms is not sent any more, only counted: a burst of all of them would be another load than the one asked for. */
struct schedule {
  u64 start_ns, rate, given, missed;
};
// due: how many may be sent now, at most BATCH.
int due(struct schedule* s, u64 now);
// next_due: when a whole batch will be due.
u64 next_due(const struct schedule* s);

// A fast generator without any secrecy (xorshift64*), for forged messages.
u64 draw(u64* state);
void draw_bytes(u64* state, u8* out, size_t length);

void fill_random(void* out, size_t length);  // the kernel's
u64 number(const char* text, u64 least, u64 most);
void base64_key(const char* text, u8 key[32]);
u32 ipv4(const char* text);  // in host order
#endif

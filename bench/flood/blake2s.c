#include "blake2s.h"

#include <string.h>

#define BLOCK 64

static const u32 IV[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const u8 SIGMA[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

struct state {
  u32 h[8];
  u64 count;
  u8 block[BLOCK];
  size_t filled;
};

static u32 rotated(u32 x, int by) { return x >> by | x << (32 - by); }

static void mix(u32* v, int a, int b, int c, int d, u32 x, u32 y) {
  v[a] += v[b] + x;
  v[d] = rotated(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = rotated(v[b] ^ v[c], 12);
  v[a] += v[b] + y;
  v[d] = rotated(v[d] ^ v[a], 8);
  v[c] += v[d];
  v[b] = rotated(v[b] ^ v[c], 7);
}

static void compress(struct state* s, int last) {
  u32 v[16], m[16];
  memcpy(m, s->block, BLOCK);  // little-endian, as the machines that this runs on
  memcpy(v, s->h, 32);
  memcpy(v + 8, IV, 32);
  v[12] ^= (u32)s->count;
  v[13] ^= (u32)(s->count >> 32);
  if (last) v[14] = ~v[14];
  for (int round = 0; round < 10; round++) {
    const u8* g = SIGMA[round];
    for (int i = 0; i < 4; i++) mix(v, i, i + 4, i + 8, i + 12, m[g[2 * i]], m[g[2 * i + 1]]);
    for (int i = 0; i < 4; i++)
      mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[g[8 + 2 * i]], m[g[9 + 2 * i]]);
  }
  for (int i = 0; i < 8; i++) s->h[i] ^= v[i] ^ v[i + 8];
}

static void update(struct state* s, const void* input, size_t length) {
  for (const u8* p = input; length;) {
    if (s->filled == BLOCK) {
      s->count += BLOCK;
      compress(s, 0);
      s->filled = 0;
    }
    size_t n = BLOCK - s->filled < length ? BLOCK - s->filled : length;
    memcpy(s->block + s->filled, p, n);
    s->filled += n;
    p += n;
    length -= n;
  }
}

static void begin(struct state* s, size_t out_length, const u8* key, size_t key_length) {
  u8 padded[BLOCK] = {0};
  memcpy(s->h, IV, sizeof s->h);
  s->h[0] ^= 0x01010000 ^ (u32)key_length << 8 ^ (u32)out_length;
  s->count = s->filled = 0;
  if (key_length) {
    memcpy(padded, key, key_length);
    update(s, padded, BLOCK);
  }
}

static void finish(struct state* s, u8* out, size_t out_length) {
  s->count += s->filled;
  memset(s->block + s->filled, 0, BLOCK - s->filled);
  compress(s, 1);
  memcpy(out, s->h, out_length);
}

void hash2(u8 out[HASH_LENGTH], const void* a, size_t a_length, const void* b, size_t b_length) {
  struct state s;
  begin(&s, HASH_LENGTH, NULL, 0);
  update(&s, a, a_length);
  update(&s, b, b_length);
  finish(&s, out, HASH_LENGTH);
}

void mac(u8 out[MAC_LENGTH], const u8* key, size_t key_length, const void* message, size_t length) {
  struct state s;
  begin(&s, MAC_LENGTH, key, key_length);
  update(&s, message, length);
  finish(&s, out, MAC_LENGTH);
}

// hmac: HMAC-BLAKE2s of RFC 2104, which is not the keyed BLAKE2s; key of 32 bytes, message a || b.
static void hmac(u8 out[HASH_LENGTH], const u8 key[HASH_LENGTH], const void* a, size_t a_length, const void* b,
                 size_t b_length) {
  u8 inner[BLOCK], outer[BLOCK], digest[HASH_LENGTH];
  struct state s;
  for (int i = 0; i < BLOCK; i++) {
    u8 k = i < HASH_LENGTH ? key[i] : 0;
    inner[i] = k ^ 0x36;
    outer[i] = k ^ 0x5c;
  }
  begin(&s, HASH_LENGTH, NULL, 0);
  update(&s, inner, BLOCK);
  update(&s, a, a_length);
  update(&s, b, b_length);
  finish(&s, digest, HASH_LENGTH);
  hash2(out, outer, BLOCK, digest, HASH_LENGTH);
}

void kdf(u8* out1, u8* out2, u8* out3, const u8 key[HASH_LENGTH], const void* input, size_t length) {
  u8 secret[HASH_LENGTH], chained[HASH_LENGTH];
  hmac(secret, key, input, length, NULL, 0);
  hmac(chained, secret, "\1", 1, NULL, 0);
  memcpy(out1, chained, HASH_LENGTH);
  if (!out2) return;
  hmac(chained, secret, chained, HASH_LENGTH, "\2", 1);
  memcpy(out2, chained, HASH_LENGTH);
  if (!out3) return;
  hmac(out3, secret, chained, HASH_LENGTH, "\3", 1);
}

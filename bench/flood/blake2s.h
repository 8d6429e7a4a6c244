/* BLAKE2s (RFC 7693) and what WireGuard makes of it (whitepaper, section 5.4): HASH, MAC, KDF. */
#ifndef BLAKE2S_H
#define BLAKE2S_H
#include "common.h"

#define HASH_LENGTH 32
#define MAC_LENGTH 16

// hash2: HASH(a || b); b may be empty.
void hash2(u8 out[HASH_LENGTH], const void* a, size_t a_length, const void* b, size_t b_length);
// mac: keyed BLAKE2s of 16 bytes; the key has 16 (a cookie) or 32.
void mac(u8 out[MAC_LENGTH], const u8* key, size_t key_length, const void* message, size_t length);
// kdf: KDF1 to KDF3 (HKDF with HMAC-BLAKE2s). outN may be NULL from the last one on, and be the same as key.
void kdf(u8* out1, u8* out2, u8* out3, const u8 key[HASH_LENGTH], const void* input, size_t length);
#endif

/* The initiator's side of WireGuard's handshake (whitepaper, section 5.4), without I/O and without a preshared key. It
 * shares no code with Taltun: what both get right is the protocol. Safe for several threads. */
#ifndef NOISE_H
#define NOISE_H
#include <openssl/evp.h>
#include <time.h>

#include "blake2s.h"

#define INITIATION_LENGTH 148
#define RESPONSE_LENGTH 92
#define COOKIE_REPLY_LENGTH 64
#define KEEPALIVE_LENGTH 32
#define MAC1 116  // offset in an initiation, likewise mac2
#define MAC2 (MAC1 + MAC_LENGTH)

enum type { INITIATION = 1, RESPONSE = 2, COOKIE_REPLY = 3, DATA = 4 };

// Whom the messages are for, by its public key.
struct responder {
  u8 public[32], mac1_key[32], cookie_key[32], chain[32], hash[32];
  EVP_PKEY* key;
};
struct initiator {
  u8 public[32], shared[32];  // shared: X25519 of both static keys
  EVP_PKEY* key;
};
// One handshake from its initiation to its response.
struct attempt {
  u8 ephemeral[32], chain[32], hash[32], mac1[MAC_LENGTH];
  u32 index;
};

void responder_of(struct responder* r, const u8 public[32]);
void initiator_of(struct initiator* i, const u8 private[32], const struct responder* r);
void private_to_public(const u8 private[32], u8 public[32]);

// write_initiation: all but mac2, which is zero. The timestamp must be greater than that of the initiator's last.
void write_initiation(struct attempt* a, const struct initiator* i, const struct responder* r, u32 index,
                      const u8 tai64n[12], u8 out[INITIATION_LENGTH]);
void write_mac1(u8* message, size_t length, const struct responder* r);  // of an initiation or a response
void write_mac2(u8 initiation[INITIATION_LENGTH], const u8 cookie[MAC_LENGTH]);

// read_response: whether it answers the attempt and is authentic; keepalive gets the first message of the session.
int read_response(const struct attempt* a, const struct initiator* i, const u8 response[RESPONSE_LENGTH],
                  u8 keepalive[KEEPALIVE_LENGTH]);
// read_cookie_reply: whether it is authentic and answers the message with this mac1.
int read_cookie_reply(const struct responder* r, const u8 mac1[MAC_LENGTH], const u8 reply[COOKIE_REPLY_LENGTH],
                      u8 cookie[MAC_LENGTH]);

// type_of: 0 when it is none of the four or has not its length.
enum type type_of(const u8* message, size_t length);
u32 index_at(const u8* message, int offset);  // 4: a sender's, in data and cookie replies a receiver's; 8: in responses

// tai64n: a time of day plus as many of the 2^24 ns that wireguard-go and the kernel round to.
void tai64n(u8 out[12], const struct timespec* from, u64 grains);
#endif

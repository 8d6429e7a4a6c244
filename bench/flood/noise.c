#define _GNU_SOURCE
#include "noise.h"

#include <openssl/crypto.h>
#include <string.h>

#define TAG 16
#define TAI64_BASE ((1ull << 62) + 10)
#define GRAIN (1u << 24)

static void put32(u8* at, u32 value) { memcpy(at, &value, 4); }

u32 index_at(const u8* message, int offset) {
  u32 value;
  memcpy(&value, message + offset, 4);
  return value;
}

// ---- primitives of libcrypto

static EVP_PKEY* private_key(const u8 private[32]) {
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private, 32);
  if (!key) die("libcrypto takes no X25519 key");
  return key;
}

static void public_half(EVP_PKEY* key, u8 public[32]) {
  size_t length = 32;
  if (EVP_PKEY_get_raw_public_key(key, public, &length) != 1) die("libcrypto has no public key");
}

static EVP_PKEY* public_key(const u8 public[32]) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, public, 32);
  if (!key) die("libcrypto takes no X25519 public key");
  return key;
}

// agree: 0 when the shared secret is all zero.
static int agree(u8 out[32], EVP_PKEY* private, EVP_PKEY* public) {
  size_t length = 32;
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(private, NULL);
  int agreed = context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, public) == 1 &&
               EVP_PKEY_derive(context, out, &length) == 1;
  EVP_PKEY_CTX_free(context);
  return agreed;
}

static EVP_CIPHER_CTX* aead(const u8 key[32], const u8 nonce[12], int seal) {
  static _Thread_local EVP_CIPHER_CTX* context;
  if (!context) context = EVP_CIPHER_CTX_new();
  if (EVP_CipherInit_ex(context, EVP_chacha20_poly1305(), NULL, key, nonce, seal) != 1) die("no ChaCha20-Poly1305");
  return context;
}

// seal: out gets length + TAG bytes.
static void seal(u8* out, const u8 key[32], const u8 nonce[12], const u8* plain, int length, const u8* aad,
                 int aad_length) {
  EVP_CIPHER_CTX* c = aead(key, nonce, 1);
  int n;
  if (aad_length) EVP_CipherUpdate(c, NULL, &n, aad, aad_length);
  if (length) EVP_CipherUpdate(c, out, &n, plain, length);
  if (EVP_CipherFinal_ex(c, out + length, &n) != 1) die("sealing failed");
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, out + length);
}

// unseal: sealed has length + TAG bytes.
static int unseal(u8* out, const u8 key[32], const u8 nonce[12], const u8* sealed, int length, const u8* aad,
                  int aad_length) {
  EVP_CIPHER_CTX* c = aead(key, nonce, 0);
  u8 tag[TAG], end[TAG];
  int n;
  memcpy(tag, sealed + length, TAG);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag);
  EVP_CipherUpdate(c, NULL, &n, aad, aad_length);
  if (length) EVP_CipherUpdate(c, out, &n, sealed, length);
  return EVP_CipherFinal_ex(c, end, &n) == 1;
}

static u32 rotated(u32 x, int by) { return x << by | x >> (32 - by); }

static void quarter_round(u32* x, int a, int b, int c, int d) {
  x[d] = rotated(x[d] ^ (x[a] += x[b]), 16);
  x[b] = rotated(x[b] ^ (x[c] += x[d]), 12);
  x[d] = rotated(x[d] ^ (x[a] += x[b]), 8);
  x[b] = rotated(x[b] ^ (x[c] += x[d]), 7);
}

// hchacha20: the subkey of XChaCha20 (draft-irtf-cfrg-xchacha, section 2.2).
static void hchacha20(u8 out[32], const u8 key[32], const u8 nonce16[16]) {
  u32 x[16];
  memcpy(x, "expand 32-byte k", 16);
  memcpy(x + 4, key, 32);
  memcpy(x + 12, nonce16, 16);
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < 4; k++) quarter_round(x, k, k + 4, k + 8, k + 12);
    for (int k = 0; k < 4; k++) quarter_round(x, k, (k + 1) % 4 + 4, (k + 2) % 4 + 8, (k + 3) % 4 + 12);
  }
  memcpy(out, x, 16);
  memcpy(out + 16, x + 12, 16);
}

// ---- the handshake

void private_to_public(const u8 private[32], u8 public[32]) {
  EVP_PKEY* key = private_key(private);
  public_half(key, public);
  EVP_PKEY_free(key);
}

void responder_of(struct responder* r, const u8 public[32]) {
  static const char construction[] = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
  static const char identifier[] = "WireGuard v1 zx2c4 Jason@zx2c4.com";
  memcpy(r->public, public, 32);
  r->key = public_key(public);
  hash2(r->mac1_key, "mac1----", 8, public, 32);
  hash2(r->cookie_key, "cookie--", 8, public, 32);
  hash2(r->chain, construction, sizeof construction - 1, NULL, 0);
  hash2(r->hash, r->chain, 32, identifier, sizeof identifier - 1);
  hash2(r->hash, r->hash, 32, public, 32);
}

void initiator_of(struct initiator* i, const u8 private[32], const struct responder* r) {
  i->key = private_key(private);
  public_half(i->key, i->public);
  if (!agree(i->shared, i->key, r->key)) die("the responder's key is of low order");
}

void write_initiation(struct attempt* a, const struct initiator* i, const struct responder* r, u32 index,
                      const u8 tai64n[12], u8 out[INITIATION_LENGTH]) {
  static const u8 nonce[12];
  u8 secret[32], key[32];
  EVP_PKEY* ephemeral;
  memcpy(a->chain, r->chain, 32);
  fill_random(a->ephemeral, 32);
  ephemeral = private_key(a->ephemeral);
  a->index = index;
  memset(out, 0, INITIATION_LENGTH);
  out[0] = INITIATION;
  put32(out + 4, index);
  public_half(ephemeral, out + 8);
  kdf(a->chain, NULL, NULL, a->chain, out + 8, 32);
  hash2(a->hash, r->hash, 32, out + 8, 32);
  if (!agree(secret, ephemeral, r->key)) die("the responder's key is of low order");
  EVP_PKEY_free(ephemeral);
  kdf(a->chain, key, NULL, a->chain, secret, 32);
  seal(out + 40, key, nonce, i->public, 32, a->hash, 32);
  hash2(a->hash, a->hash, 32, out + 40, 32 + TAG);
  kdf(a->chain, key, NULL, a->chain, i->shared, 32);
  seal(out + 88, key, nonce, tai64n, 12, a->hash, 32);
  hash2(a->hash, a->hash, 32, out + 88, 12 + TAG);
  write_mac1(out, INITIATION_LENGTH, r);
  memcpy(a->mac1, out + MAC1, MAC_LENGTH);
}

void write_mac1(u8* message, size_t length, const struct responder* r) {
  mac(message + length - 2 * MAC_LENGTH, r->mac1_key, 32, message, length - 2 * MAC_LENGTH);
}

void write_mac2(u8 initiation[INITIATION_LENGTH], const u8 cookie[MAC_LENGTH]) {
  mac(initiation + MAC2, cookie, MAC_LENGTH, initiation, MAC2);
}

int read_response(const struct attempt* a, const struct initiator* i, const u8 response[RESPONSE_LENGTH],
                  u8 keepalive[KEEPALIVE_LENGTH]) {
  static const u8 nonce[12], no_psk[32];
  u8 chain[32], hash[32], secret[32], salt[32], key[32], send_key[32], nothing[TAG];
  EVP_PKEY *remote, *ephemeral;
  int agreed;
  if (type_of(response, RESPONSE_LENGTH) != RESPONSE || index_at(response, 8) != a->index) return 0;
  kdf(chain, NULL, NULL, a->chain, response + 12, 32);
  hash2(hash, a->hash, 32, response + 12, 32);
  remote = public_key(response + 12);
  ephemeral = private_key(a->ephemeral);
  agreed = agree(secret, ephemeral, remote);
  if (agreed) {
    kdf(chain, NULL, NULL, chain, secret, 32);
    agreed = agree(secret, i->key, remote);
  }
  EVP_PKEY_free(ephemeral);
  EVP_PKEY_free(remote);
  if (!agreed) return 0;
  kdf(chain, NULL, NULL, chain, secret, 32);
  kdf(chain, salt, key, chain, no_psk, 32);
  hash2(hash, hash, 32, salt, 32);
  if (!unseal(nothing, key, nonce, response + 44, 0, hash, 32)) return 0;
  kdf(send_key, NULL, NULL, chain, NULL, 0);
  memset(keepalive, 0, KEEPALIVE_LENGTH);
  keepalive[0] = DATA;
  put32(keepalive + 4, index_at(response, 4));
  seal(keepalive + 16, send_key, nonce, NULL, 0, NULL, 0);
  return 1;
}

int read_cookie_reply(const struct responder* r, const u8 mac1[MAC_LENGTH], const u8 reply[COOKIE_REPLY_LENGTH],
                      u8 cookie[MAC_LENGTH]) {
  u8 subkey[32], nonce[12] = {0};
  if (type_of(reply, COOKIE_REPLY_LENGTH) != COOKIE_REPLY) return 0;
  hchacha20(subkey, r->cookie_key, reply + 8);
  memcpy(nonce + 4, reply + 8 + 16, 8);
  return unseal(cookie, subkey, nonce, reply + 32, MAC_LENGTH, mac1, MAC_LENGTH);
}

enum type type_of(const u8* message, size_t length) {
  u32 type;
  if (length < KEEPALIVE_LENGTH) return 0;
  type = index_at(message, 0);
  switch (type) {
    case INITIATION: return length == INITIATION_LENGTH ? INITIATION : 0;
    case RESPONSE: return length == RESPONSE_LENGTH ? RESPONSE : 0;
    case COOKIE_REPLY: return length == COOKIE_REPLY_LENGTH ? COOKIE_REPLY : 0;
    case DATA: return DATA;
    default: return 0;
  }
}

void tai64n(u8 out[12], const struct timespec* from, u64 grains) {
  u64 per_second = SECOND_NS / GRAIN;  // the odd rest of a second is not used
  u64 grain = (u64)from->tv_nsec / GRAIN;
  if (grain >= per_second) grain = per_second - 1;
  grain += grains;
  u64 seconds = __builtin_bswap64(TAI64_BASE + from->tv_sec + grain / per_second);
  u32 nanoseconds = __builtin_bswap32(grain % per_second * GRAIN);
  memcpy(out, &seconds, 8);
  memcpy(out + 8, &nanoseconds, 4);
}

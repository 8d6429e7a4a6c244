/*
 * Honest peers during a flood: each makes a handshake now and then from an address of its own, bears the cookie that it
 * got and tries again when nothing comes, as the protocol has it. scripts/bench_flood.sh runs it.
 *
 *   gcc -O2 -o honest honest.c clients.c noise.c blake2s.c common.c -lcrypto
 *   honest --key PUBLIC --to ADDRESS --port PORT --keys FILE --sources ADDRESS [--OPTION NUMBER]...
 *
 * --key is the responder's public key, --keys has lines of private and public keys; client i sends from the address
 * --sources + i. Options and their defaults:
 *
 *   seconds 10     in all
 *   every 500      ms from the end of a peer's handshake to its next one
 *   retry 1000     ms without an answer, after which a peer sends a new initiation. The protocol has 5 s: shorter, as
 *                  every initiation is one more sample, and yet longer than anything waits in a queue that is of use
 *
 * A cookie reply is followed by a new initiation at the end of those ms too, unless `eager 1`: at once. Prints one
 * line:
 *
 *   first N answered N asked N  bearing N answered N  handshakes N  median MS p95 MS worst MS
 *
 * first: initiations without a cookie, of which some were answered, of others a cookie was asked; bearing: those with
 * mac2. Initiations that are on their way at the end are not counted. The times are from a handshake's first initiation
 * to its authentic response. Every response is opened, and followed by a keepalive that confirms the session.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"

#define MS_NS 1000000ull
#define COOKIE_LIFE_NS (120 * SECOND_NS)

struct peer {
  struct attempt attempt;
  int under_way, bearing, asked;  // of the last initiation
  u64 began_ns, deadline_ns, cookie_ns;
  u64 labels;
  u8 cookie[MAC_LENGTH];
};

static struct clients clients;
static struct peer* peers;
static u64 every_ns = 500 * MS_NS, retry_ns = 1000 * MS_NS;
static int eager;
static u64 first, first_answered, first_asked, bearing, bearing_answered, bogus;
static double* times_ms;
static int handshakes;

static void initiate(int client, u64 now) {
  struct peer* p = &peers[client];
  u8 message[INITIATION_LENGTH], label[12];
  struct outgoing out = {client, message, sizeof message};
  struct timespec today;
  clock_gettime(CLOCK_REALTIME, &today);
  // Labels grow by a grain at least, however fast the retries are.
  tai64n(label, &today, p->labels++);
  write_initiation(&p->attempt, &clients.initiators[client], &clients.responder,
                   (u32)(client << 16 | (p->labels & 0xffff)), label, message);
  p->bearing = p->cookie_ns && now - p->cookie_ns < COOKIE_LIFE_NS;
  if (p->bearing) write_mac2(message, p->cookie);
  if (!p->began_ns) p->began_ns = now;
  p->under_way = 1;
  p->asked = 0;
  p->deadline_ns = now + retry_ns;
  send_from(&clients, &out, 1);
}

// settle: an initiation is over, answered or not, and counts.
static void settle(struct peer* p, int answered) {
  if (p->bearing) {
    bearing++;
    bearing_answered += answered;
  } else {
    first++;
    first_answered += answered;
    first_asked += !answered && p->asked;
  }
  p->under_way = 0;
}

static void take_response(int client, const u8* message, u64 now) {
  struct peer* p = &peers[client];
  u8 keepalive[KEEPALIVE_LENGTH];
  struct outgoing out = {client, keepalive, sizeof keepalive};
  if (!read_response(&p->attempt, &clients.initiators[client], message, keepalive)) {
    bogus++;
    return;
  }
  send_from(&clients, &out, 1);
  settle(p, 1);
  times_ms = realloc(times_ms, (handshakes + 1) * sizeof *times_ms);
  if (!times_ms) die("no memory");
  times_ms[handshakes++] = (now - p->began_ns) / (double)MS_NS;
  p->began_ns = 0;
  p->deadline_ns = now + every_ns;
}

static void take_cookie(int client, const u8* message, u64 now) {
  struct peer* p = &peers[client];
  if (!read_cookie_reply(&clients.responder, p->attempt.mac1, message, p->cookie)) {
    bogus++;
    return;
  }
  p->cookie_ns = now;
  p->asked = 1;
  if (eager) p->deadline_ns = now;
}

static void take(u64 now) {
  static struct incoming batch[BATCH];
  int count;
  do {
    count = receive(&clients, batch);
    for (int i = 0; i < count; i++) {
      const u8* message = batch[i].message;
      enum type type = type_of(message, batch[i].length);
      if (type != RESPONSE && type != COOKIE_REPLY) continue;
      u32 index = index_at(message, type == RESPONSE ? 8 : 4), client = index >> 16;
      if (client >= (u32)clients.count || !peers[client].under_way || peers[client].attempt.index != index) continue;
      if (type == RESPONSE)
        take_response(client, message, now);
      else
        take_cookie(client, message, now);
    }
  } while (count == BATCH);
}

static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static double quantile(double fraction) {
  int at = handshakes * fraction;
  return handshakes ? times_ms[at < handshakes ? at : handshakes - 1] : -1;
}

static void run(u64 end) {
  struct pollfd readable = {clients.socket, POLLIN, 0};
  // Their first handshakes are spread over the time between two.
  for (int i = 0; i < clients.count; i++) peers[i].deadline_ns = now_ns() + every_ns * i / clients.count;
  for (u64 now; (now = now_ns()) < end;) {
    u64 next = end;
    take(now);
    for (int i = 0; i < clients.count; i++) {
      struct peer* p = &peers[i];
      if (p->deadline_ns <= now) {
        if (p->under_way) settle(p, 0);
        initiate(i, now);
      }
      if (p->deadline_ns < next) next = p->deadline_ns;
    }
    now = now_ns();
    struct timespec rest = {(next - now) / SECOND_NS, (next - now) % SECOND_NS};
    if (next > now) ppoll(&readable, 1, &rest, NULL);
  }
}

int main(int argc, char** argv) {
  static const struct option names[] = {
      {"key", 1, 0, 'k'},     {"to", 1, 0, 't'},    {"port", 1, 0, 'p'},  {"keys", 1, 0, 'f'},  {"sources", 1, 0, 's'},
      {"seconds", 1, 0, 'd'}, {"every", 1, 0, 'e'}, {"retry", 1, 0, 'r'}, {"eager", 1, 0, 'g'}, {0}};
  int seconds = 10;
  const char* keys = NULL;
  u8 public[32] = {0};
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (c) {
      case 'k': base64_key(optarg, public); break;
      case 't': clients.to.sin_addr.s_addr = htonl(ipv4(optarg)); break;
      case 'p': clients.to.sin_port = htons(number(optarg, 1, 65535)); break;
      case 'f': keys = optarg; break;
      case 's': clients.first_source = ipv4(optarg); break;
      case 'd': seconds = number(optarg, 1, 3600); break;
      case 'e': every_ns = number(optarg, 20, 60000) * MS_NS; break;
      case 'r': retry_ns = number(optarg, 20, 60000) * MS_NS; break;
      case 'g': eager = number(optarg, 0, 1); break;
      default: return 2;
    }
  errno = 0;
  if (!keys || !clients.to.sin_port || !clients.first_source)
    die("--key, --to, --port, --keys and --sources are wanted");
  clients.to.sin_family = AF_INET;
  responder_of(&clients.responder, public);
  read_keys(&clients, keys, 1 << 15);
  open_socket(&clients);
  peers = calloc(clients.count, sizeof *peers);
  if (!peers) die("no memory");
  run(now_ns() + seconds * SECOND_NS);
  if (bogus) fprintf(stderr, "%lu answers that were not authentic\n", bogus);
  if (handshakes) qsort(times_ms, handshakes, sizeof *times_ms, by_size);
  printf("first %lu answered %lu asked %lu bearing %lu answered %lu handshakes %d median %.1f p95 %.1f worst %.1f\n",
         first, first_answered, first_asked, bearing, bearing_answered, handshakes, quantile(0.5), quantile(0.95),
         quantile(1));
  return 0;
}

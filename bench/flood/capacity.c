/*
 * How many handshakes a WireGuard responder answers: real initiations of many registered peers, made beforehand so that
 * sending them costs next to nothing. scripts/bench_handshakes.sh runs it.
 *
 *   gcc -O2 -o capacity capacity.c clients.c noise.c blake2s.c common.c -lcrypto -lpthread
 *   capacity keys N                   N lines of a private and a public key, base64
 *   capacity run --key PUBLIC --to ADDRESS --port PORT --keys FILE --sources ADDRESS --pid PID [--OPTION NUMBER]...
 *
 * --key is the responder's public key, --pid its process, whose CPU time is read; client i sends from the address
 * --sources + i. Options and their defaults:
 *
 *   seconds 5    of each phase; warm 3, of window before everything, which is not reported
 *   window 32    initiations without an answer in the first phase
 *   rate 10000   initiations a second in the other two
 *
 * The phases: `window`, so few at once that nobody needs a cookie; `plain`, an open loop above the capacity without
 * cookies; `cookies`, likewise with mac2, the cookies having been obtained by another such loop. Each prints a line
 *
 *   PHASE seconds S cpu S sent N bearing N missed N answered N cookie-replies N checked N
 *
 * bearing: sent with mac2; missed: due, but not sent in time; answered: responses of 92 bytes with the index of an
 * initiation of this phase, each counted once; checked: of those, one in 64 opened, and all found authentic.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients.h"

#define SAMPLE 64                // one in so many handshakes is checked
#define LOST_NS (SECOND_NS / 4)  // an initiation of a window without an answer after this time is given up
#define MAKERS 2                 // threads that make initiations

enum mark { UNSENT, WAITING, OVER };

struct pool {
  u32 first_index;
  int count, next, sent_bearing;
  u8 (*messages)[INITIATION_LENGTH];
  u8* marks;
  u64* sent_ns;
  struct attempt* attempts;  // of every SAMPLEth message
  u8 (*responses)[RESPONSE_LENGTH];
};

static struct clients clients;
static u8 (*cookies)[MAC_LENGTH];  // of each client
static u8* has_cookie;
static struct pool pool;
static u64 made;  // initiations of each client so far
static struct timespec began;
static int pid, waiting, answered, replied;

// ---- the pool

struct share {
  pthread_t thread;
  int from, to;
};

static void* make(void* of) {
  struct share* share = of;
  struct attempt spare;
  for (int i = share->from; i < share->to; i++) {
    u8 label[12];
    // Message i is of client i % count, whose labels must grow, whichever thread makes which when.
    tai64n(label, &began, made + i / clients.count);
    write_initiation(i % SAMPLE ? &spare : &pool.attempts[i / SAMPLE], &clients.initiators[i % clients.count],
                     &clients.responder, pool.first_index + i, label, pool.messages[i]);
  }
  return NULL;
}

// fill: a pool of new initiations, in turn of every client.
static void fill(int count) {
  struct share shares[MAKERS];
  pool.first_index += pool.count;
  pool.count = count;
  pool.next = pool.sent_bearing = waiting = answered = replied = 0;
  pool.messages = realloc(pool.messages, count * sizeof *pool.messages);
  pool.marks = realloc(pool.marks, count);
  pool.sent_ns = realloc(pool.sent_ns, count * sizeof *pool.sent_ns);
  pool.attempts = realloc(pool.attempts, (count / SAMPLE + 1) * sizeof *pool.attempts);
  pool.responses = realloc(pool.responses, (count / SAMPLE + 1) * sizeof *pool.responses);
  if (!pool.messages || !pool.marks || !pool.sent_ns || !pool.attempts || !pool.responses) die("no memory");
  memset(pool.marks, UNSENT, count);
  memset(pool.responses, 0, (count / SAMPLE + 1) * sizeof *pool.responses);
  for (int i = 0; i < MAKERS; i++) {
    shares[i].from = (long)count * i / MAKERS;
    shares[i].to = (long)count * (i + 1) / MAKERS;
    if (pthread_create(&shares[i].thread, NULL, make, &shares[i])) die("pthread_create");
  }
  for (int i = 0; i < MAKERS; i++) pthread_join(shares[i].thread, NULL);
  made += count / clients.count + 1;
}

// ---- both directions

static void send_next(int count) {
  struct outgoing batch[BATCH];
  u64 now = now_ns();
  if (count > pool.count - pool.next) count = pool.count - pool.next;
  for (int i = 0; i < count; i++) {
    int at = pool.next + i;
    batch[i] = (struct outgoing){at % clients.count, pool.messages[at], INITIATION_LENGTH};
  }
  if (count) count = send_from(&clients, batch, count);
  for (int i = 0; i < count; i++, pool.next++) {
    pool.sent_ns[pool.next] = now;
    pool.marks[pool.next] = WAITING;
    pool.sent_bearing += has_cookie && has_cookie[pool.next % clients.count];
    waiting++;
  }
}

// take: what has arrived.
static void take(void) {
  struct incoming batch[BATCH];
  int count;
  do {
    count = receive(&clients, batch);
    for (int i = 0; i < count; i++) {
      const u8* message = batch[i].message;
      enum type type = type_of(message, batch[i].length);
      if (type != RESPONSE && type != COOKIE_REPLY) continue;
      u32 at = index_at(message, type == RESPONSE ? 8 : 4) - pool.first_index;
      if (at >= (u32)pool.next || pool.marks[at] != WAITING) continue;
      pool.marks[at] = OVER;
      waiting--;
      if (type == RESPONSE) {
        answered++;
        if (at % SAMPLE == 0) memcpy(pool.responses[at / SAMPLE], message, RESPONSE_LENGTH);
      } else {
        int client = at % clients.count;
        replied++;
        if (cookies && !has_cookie[client])
          has_cookie[client] =
              read_cookie_reply(&clients.responder, pool.messages[at] + MAC1, message, cookies[client]);
      }
    }
  } while (count == BATCH);
}

static void wait_readable(u64 until_ns) {
  struct pollfd readable = {clients.socket, POLLIN, 0};
  u64 now = now_ns();
  struct timespec rest = {0, until_ns > now ? until_ns - now : 0};
  if (rest.tv_nsec >= (long)SECOND_NS) rest.tv_nsec = SECOND_NS - 1;
  ppoll(&readable, 1, &rest, NULL);
}

// in_window: at most `window` initiations wait for an answer.
static void in_window(u64 end_ns, int window) {
  int oldest = 0;
  for (u64 now; (now = now_ns()) < end_ns && pool.next < pool.count;) {
    while (oldest < pool.next && (pool.marks[oldest] != WAITING || now - pool.sent_ns[oldest] > LOST_NS)) {
      if (pool.marks[oldest] == WAITING) {
        pool.marks[oldest] = OVER;
        waiting--;
      }
      oldest++;
    }
    int room = window - waiting;
    if (room > 0) send_next(room < BATCH ? room : BATCH);
    wait_readable(now + SECOND_NS / 1000);
    take();
  }
}

// open_loop: until the end or, when that is not 0, enough clients have a cookie. Returns what was missed.
static u64 open_loop(u64 end_ns, int rate, int enough_cookies) {
  struct schedule s = {.start_ns = now_ns(), .rate = rate};
  for (u64 now; (now = now_ns()) < end_ns && pool.next < pool.count;) {
    send_next(due(&s, now));
    take();
    if (enough_cookies) {
      int have = 0;
      for (int i = 0; i < clients.count; i++) have += has_cookie[i];
      if (have >= enough_cookies) break;
    }
    sleep_until(next_due(&s));
  }
  return s.missed;
}

// ---- phases

static double cpu_seconds(void) {
  char path[64], line[1024], *at;
  unsigned long user, system;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE* in = fopen(path, "r");
  if (!in || !fgets(line, sizeof line, in)) die("%s", path);
  fclose(in);
  // The name may hold spaces; utime and stime are fields 14 and 15.
  at = strrchr(line, ')');
  if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    die("%s", path);
  return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

// checked: opens the sample of responses; one that is not authentic is the end.
static int checked(void) {
  u8 keepalive[KEEPALIVE_LENGTH];
  int count = 0;
  for (int i = 0; i * SAMPLE < pool.next; i++) {
    if (pool.responses[i][0] != RESPONSE) continue;
    errno = 0;
    if (!read_response(&pool.attempts[i], &clients.initiators[i * SAMPLE % clients.count], pool.responses[i],
                       keepalive))
      die("a response that is not authentic");
    count++;
  }
  return count;
}

static void phase(const char* name, int rate, int window, int seconds) {
  double cpu = cpu_seconds();
  u64 start = now_ns(), end = start + seconds * SECOND_NS, missed = 0;
  if (window)
    in_window(end, window);
  else
    missed = open_loop(end, rate, 0);
  double took = (now_ns() - start) / (double)SECOND_NS;
  cpu = cpu_seconds() - cpu;
  if (name)
    printf("%s seconds %.3f cpu %.2f sent %d bearing %d missed %lu answered %d cookie-replies %d checked %d\n", name,
           took, cpu, pool.next, pool.sent_bearing, missed, answered, replied, checked());
  fflush(stdout);
}

static void obtain_cookies(int rate) {
  cookies = calloc(clients.count, MAC_LENGTH);
  has_cookie = calloc(clients.count, 1);
  if (!cookies || !has_cookie) die("no memory");
  fill(3 * rate);
  open_loop(now_ns() + 3 * SECOND_NS, rate, clients.count);
}

static void add_cookies(void) {
  for (int i = 0; i < pool.count; i++)
    if (has_cookie[i % clients.count]) write_mac2(pool.messages[i], cookies[i % clients.count]);
}

static void print_keys(int count) {
  u8 private[32], public[32];
  char text[2][64];
  while (count--) {
    fill_random(private, 32);
    private[0] &= 248;
    private[31] = (private[31] & 127) | 64;
    private_to_public(private, public);
    EVP_EncodeBlock((u8*)text[0], private, 32);
    EVP_EncodeBlock((u8*)text[1], public, 32);
    printf("%s %s\n", text[0], text[1]);
  }
}

int main(int argc, char** argv) {
  static const struct option names[] = {{"key", 1, 0, 'k'},
                                        {"to", 1, 0, 't'},
                                        {"port", 1, 0, 'p'},
                                        {"keys", 1, 0, 'f'},
                                        {"sources", 1, 0, 's'},
                                        {"pid", 1, 0, 'i'},
                                        {"seconds", 1, 0, 'd'},
                                        {"warm", 1, 0, 'w'},
                                        {"window", 1, 0, 'n'},
                                        {"rate", 1, 0, 'r'},
                                        {0}};
  int seconds = 5, warm = 3, window = 32, rate = 10000;
  const char* keys = NULL;
  u8 public[32] = {0};
  errno = 0;
  if (argc == 3 && !strcmp(argv[1], "keys")) {
    print_keys(number(argv[2], 1, 1 << 16));
    return 0;
  }
  if (argc < 2 || strcmp(argv[1], "run")) die("capacity keys N | run OPTIONS: see the head of capacity.c");
  optind = 2;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (c) {
      case 'k': base64_key(optarg, public); break;
      case 't': clients.to.sin_addr.s_addr = htonl(ipv4(optarg)); break;
      case 'p': clients.to.sin_port = htons(number(optarg, 1, 65535)); break;
      case 'f': keys = optarg; break;
      case 's': clients.first_source = ipv4(optarg); break;
      case 'i': pid = number(optarg, 1, 1 << 30); break;
      case 'd': seconds = number(optarg, 1, 600); break;
      case 'w': warm = number(optarg, 1, 600); break;
      case 'n': window = number(optarg, 1, 1 << 16); break;
      case 'r': rate = number(optarg, BATCH, 1000000); break;
      default: return 2;
    }
  if (!keys || !pid || !clients.to.sin_port || !clients.first_source)
    die("--key, --to, --port, --keys, --sources, --pid");
  clients.to.sin_family = AF_INET;
  clock_gettime(CLOCK_REALTIME, &began);
  responder_of(&clients.responder, public);
  read_keys(&clients, keys, 0);
  open_socket(&clients);
  fill(warm * rate);
  phase(NULL, 0, window, warm);
  fill(seconds * rate);
  phase("window", 0, window, seconds);
  fill(seconds * rate);
  phase("plain", rate, 0, seconds);
  obtain_cookies(rate);
  fill(seconds * rate);
  add_cookies();
  phase("cookies", rate, 0, seconds);
  return 0;
}

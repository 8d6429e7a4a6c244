/*
 * How fast can a userspace WireGuard data path be on this machine? A data path in C of the shape that Taltun has,
 * without the rest: fixed keys, one peer, no handshake, no routes, no timers. It is a yardstick for
 * scripts/bench_throughput.sh, not a tunnel: the keys are in this file.
 *
 *   gcc -O3 -march=native -o ceiling ceiling.c -lcrypto
 *   ceiling --if DEVICE --local ADDRESS --peer ADDRESS --role 0|1 [--OPTION NUMBER]...
 *   ceiling --bench                    what sealing, opening and a checksum cost here
 *
 * Both ends use UDP port 51820 over IPv4, one with role 0, one with 1. SIGUSR1 prints counters; SIGTERM prints them and
 * ends. Options and their defaults:
 *
 *   evp 0        AEAD: 0 EVP ChaCha20-Poly1305, one context per key; 1 the same, keyed per packet; 2 a context per
 *                packet; 3 none, a copy; 4 like 1, the cipher fetched per packet; 5 one ChaCha20 pass from block 0
 *                and EVP_MAC
 *   tso 1, uso 1 TUN hands over TCP, UDP of up to 64 KiB; uso needs tso
 *   tgro 1       joins packets of a flow before they are written to the TUN
 *   ugso 1       UDP_SEGMENT; maxseg 64, the segments of one send
 *   ugro 1       UDP_GRO
 *   txcsum 1     completes the checksums that the kernel left out; rxverify 1 checks those of packets to be joined
 *   datavalid 0  1: single packets are marked checked; 2: written with a partial checksum
 *   contig 0     1: a joined packet is copied together instead of gathered by writev
 *   threads 1    TUN queues and sockets; split 1 gives each direction its thread; cpu N pins thread i to (N + i) % 2
 *   spin 0       1: never waits; busypoll N, SO_BUSY_POLL in us; eager 1 drains both descriptors before it waits
 *   rxb 8        buffers of a recvmmsg; txb 64, reads of the TUN before the socket has its turn
 *   flip 0       N: one bit of every Nth packet is changed after sealing; the other end must count it as authfail
 *   mtu 1420     bound of the padding; the device's own MTU is for ip(8) to set
 *
 * Bound: it checks lengths only as far as its own peer and iperf3 need. Do not give it packets from strangers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_BUSY_POLL
#define SO_BUSY_POLL 46
#endif
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#define MAXMSG 65507
#define VH ((int)sizeof(struct virtio_net_hdr))
#define WIN 8192

// ---- options
static char *o_if = "cva0", *o_local, *o_peer;
static int o_port = 51820, o_role = 0, o_mtu = 1420;
static int o_ugso = 1, o_ugro = 1, o_tso = 1, o_uso = 1, o_tgro = 1, o_txcsum = 1, o_rxverify = 1, o_datavalid = 0;
static int o_evp = 0;
static int o_spin = 0, o_busypoll = 0, o_threads = 1, o_split = 0, o_rxb = 8, o_maxseg = 64, o_txb = 64, o_flip = 0,
           o_eager = 1, o_cpu = -1;
static int o_contig = 0;

static u8 key_tx[32], key_rx[32];
static EVP_CIPHER *CIPH, *CHA;
static EVP_MAC* POLY;
static struct sockaddr_in peer;
static int tunfd[16], udpfd[16];
static _Atomic u64 tx_ctr;
static pthread_mutex_t rp_lock = PTHREAD_MUTEX_INITIALIZER;
static u64 rp_max, rp_bits[WIN / 64];
static int rp_init;

struct st {
  u64 tun_rd, tun_rd_gso, tx_pk, tx_by, sends, msgs_tx, rx_msgs, rx_calls, rx_pk, rx_by, authfail, replay, tun_wr,
      tun_wr_gso, waits, eagain_t, eagain_u, sndrr, wrerr, badcs;
  char pad[64];
};
struct item {
  struct iovec iov[160];
  int niov, v6, proto, hl, l4, gso, total, closed, nseg;
  u32 next_seq;
  u8* hd;
};
struct thr {
  int id, tun, udp, dir;  // dir 1=tx 2=rx 3=both
  EVP_CIPHER_CTX *e, *d, *ce, *cd;
  EVP_MAC_CTX* mc;
  u8* pb;
  size_t pbu;
  u8* tb;
  u8* sb;
  int used, nseg, seglen, closed;
  u16 seglens[256];
  u8* rb;
  struct mmsghdr* mm;
  struct iovec* rio;
  u8 (*ctl)[64];
  struct item it;
  struct virtio_net_hdr vh;
  u8* cb;
  struct st s;
  pthread_t t;
  u64 flipc;
} T[16];
static int nT;

static inline u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static inline u16 ld16(const void* p) {
  u16 v;
  memcpy(&v, p, 2);
  return v;
}
static inline u32 ld32(const void* p) {
  u32 v;
  memcpy(&v, p, 4);
  return v;
}
static inline void st16(void* p, u16 v) { memcpy(p, &v, 2); }
static inline void st32(void* p, u32 v) { memcpy(p, &v, 4); }
static inline u16 be16(const u8* p) { return __builtin_bswap16(ld16(p)); }
static inline u32 be32(const u8* p) { return __builtin_bswap32(ld32(p)); }
static inline void sb16(u8* p, u16 v) { st16(p, __builtin_bswap16(v)); }
static inline void sb32(u8* p, u32 v) { st32(p, __builtin_bswap32(v)); }

// native-endian one's complement sum (folded late); vectorises
static inline u64 csum(const u8* p, int n, u64 s) {
  int i = 0;
  u64 a = 0;
  for (; i + 4 <= n; i += 4) a += ld32(p + i);
  s += a;
  if (n & 2) {
    s += ld16(p + i);
    i += 2;
  }
  if (n & 1) s += p[i];
  return s;
}
static inline u16 fold(u64 s) {
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  return s;
}
static inline u64 pseudo(const u8* ip, int v6, int proto, int l4len) {  // native-endian
  u64 s = v6 ? csum(ip + 8, 32, 0) : csum(ip + 12, 8, 0);
  return s + __builtin_bswap16(proto) + __builtin_bswap16(l4len);
}

// ---- crypto
static EVP_CIPHER_CTX* newctx(int enc, const u8* key) {
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  u8 iv[12] = {0};
  if (!EVP_CipherInit_ex(c, CIPH, NULL, key, iv, enc)) abort();
  return c;
}
// make_contexts: once per thread, the keys stay in them.
static void make_contexts(struct thr* t) {
  u8 z[16] = {0};
  t->e = newctx(1, key_tx);
  t->d = newctx(0, key_rx);
  t->ce = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(t->ce, CHA, NULL, key_tx, z);
  t->cd = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(t->cd, CHA, NULL, key_rx, z);
  t->mc = EVP_MAC_CTX_new(POLY);
  t->pb = aligned_alloc(4096, 1 << 18);
  memset(t->pb, 0, 1 << 18);
}
static inline void seal(struct thr* t, u8* out, const u8* in, int len, u64 ctr) {
  out[0] = 4;
  out[1] = out[2] = out[3] = 0;
  st32(out + 4, 0x11223344);
  memcpy(out + 8, &ctr, 8);
  u8 iv[12] = {0};
  memcpy(iv + 4, &ctr, 8);
  int l, l2;
  EVP_CIPHER_CTX* c = t->e;
  if (o_evp == 5) {  // one ChaCha20 pass from block 0 over [64 zero bytes | plaintext rounded up to 64]; keystream
                     // block 0 = Poly1305 key; then EVP_MAC
    u8 iv16[16] = {0};
    memcpy(iv16 + 8, &ctr, 8);
    u8 sv[48];
    memcpy(sv, out - 48, 48);
    memset((u8*)in - 64, 0, 64);
    EVP_EncryptInit_ex(t->ce, NULL, NULL, NULL, iv16);
    EVP_EncryptUpdate(t->ce, out - 48, &l, in - 64, 64 + ((len + 63) & ~63));
    EVP_MAC_init(t->mc, out - 48, 32, NULL);
    memcpy(out - 48, sv, 48);
    out[0] = 4;
    out[1] = out[2] = out[3] = 0;
    st32(out + 4, 0x11223344);
    memcpy(out + 8, &ctr, 8);
    int p = (len + 15) & ~15;
    u64 L = len, Z = 0;
    memset(out + 16 + len, 0, p - len);
    memcpy(out + 16 + p, &Z, 8);
    memcpy(out + 24 + p, &L, 8);
    size_t ml;
    u8 tg[16];
    EVP_MAC_update(t->mc, out + 16, p + 16);
    EVP_MAC_final(t->mc, tg, &ml, 16);
    memcpy(out + 16 + len, tg, 16);
    if (o_flip && ++t->flipc % o_flip == 0) out[16 + (t->flipc / o_flip) % (len + 16)] ^= 1;
    return;
  }
  switch (o_evp) {
    case 3:
      memcpy(out + 16, in, len);
      memset(out + 16 + len, 7, 16);
      return;
    case 0: EVP_EncryptInit_ex(c, NULL, NULL, NULL, iv); break;
    case 1: EVP_EncryptInit_ex(c, NULL, NULL, key_tx, iv); break;
    case 4: EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key_tx, iv); break;
    default: c = EVP_CIPHER_CTX_new(); EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key_tx, iv);
  }
  EVP_EncryptUpdate(c, out + 16, &l, in, len);
  EVP_EncryptFinal_ex(c, out + 16 + l, &l2);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out + 16 + len);
  if (o_evp == 2) EVP_CIPHER_CTX_free(c);
  if (o_flip && ++t->flipc % o_flip == 0) out[16 + (t->flipc / o_flip) % (len + 16)] ^= 1;
}
static inline int openp(struct thr* t, u8* p, int len /*plain len*/) {  // in place: p -> header
  u8 iv[12] = {0};
  memcpy(iv + 4, p + 8, 8);
  int l, l2, ok;
  EVP_CIPHER_CTX* c = t->d;
  switch (o_evp) {
    case 3: return p[16 + len] == 7;
    case 0: EVP_DecryptInit_ex(c, NULL, NULL, NULL, iv); break;
    case 1: EVP_DecryptInit_ex(c, NULL, NULL, key_rx, iv); break;
    case 4: EVP_DecryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key_rx, iv); break;
    default: c = EVP_CIPHER_CTX_new(); EVP_DecryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key_rx, iv);
  }
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, p + 16 + len);
  if (len)
    EVP_DecryptUpdate(c, p + 16, &l, p + 16, len);
  else {
    u8 z;
    EVP_DecryptUpdate(c, &z, &l, &z, 0);
  }
  ok = EVP_DecryptFinal_ex(c, p + 16 + len, &l2) > 0;
  if (o_evp == 2) EVP_CIPHER_CTX_free(c);
  return ok;
}
// evp=5: out of place, returns plaintext pointer or NULL
static inline u8* open5(struct thr* t, u8* p, int len) {
  u8 iv16[16] = {0};
  memcpy(iv16 + 8, p + 8, 8);
  int l, n = 64 + ((len + 63) & ~63);
  size_t ml;
  u8 *o = t->pb + t->pbu, tg[16], sv[32];
  memset(p + 16 - 64, 0, 64);
  EVP_EncryptInit_ex(t->cd, NULL, NULL, NULL, iv16);
  EVP_EncryptUpdate(t->cd, o, &l, p + 16 - 64, n);
  EVP_MAC_init(t->mc, o, 32, NULL);
  int q = (len + 15) & ~15;
  u64 L = len, Z = 0;
  u8* tp = p + 16 + len;
  memcpy(sv, tp, 32);
  memset(tp, 0, q - len);
  memcpy(p + 16 + q, &Z, 8);
  memcpy(p + 24 + q, &L, 8);
  EVP_MAC_update(t->mc, p + 16, q + 16);
  EVP_MAC_final(t->mc, tg, &ml, 16);
  memcpy(tp, sv, 32);
  if (CRYPTO_memcmp(tg, tp, 16)) return NULL;
  t->pbu += n;
  return o + 64;
}
// replay window; called after authentication
static int replay_ok(u64 c) {
  int r = 1;
  if (nT > 1) pthread_mutex_lock(&rp_lock);
  if (!rp_init) {
    rp_init = 1;
    rp_max = c;
    rp_bits[c / 64 % (WIN / 64)] |= 1ull << (c & 63);
    goto out;
  }
  if (c > rp_max) {
    u64 a = rp_max / 64, b = c / 64;
    if (b - a > WIN / 64) a = b - WIN / 64;
    for (u64 i = a + 1; i <= b; i++) rp_bits[i % (WIN / 64)] = 0;
    rp_max = c;
  } else if (rp_max - c >= WIN - 64) {
    r = 0;
    goto out;
  }
  u64 *w = &rp_bits[c / 64 % (WIN / 64)], m = 1ull << (c & 63);
  if (*w & m)
    r = 0;
  else
    *w |= m;
out:
  if (nT > 1) pthread_mutex_unlock(&rp_lock);
  return r;
}

// ---- TX
static void tx_flush(struct thr* t) {
  if (!t->nseg) return;
  t->s.sends++;
  if (o_ugso) {
    struct iovec v = {t->sb, t->used};
    char cb[CMSG_SPACE(2)] = {0};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    if (t->nseg > 1) {
      m.msg_control = cb;
      m.msg_controllen = sizeof cb;
      struct cmsghdr* c = CMSG_FIRSTHDR(&m);
      c->cmsg_level = IPPROTO_UDP;
      c->cmsg_type = UDP_SEGMENT;
      c->cmsg_len = CMSG_LEN(2);
      st16(CMSG_DATA(c), t->seglen);
    }
    t->s.msgs_tx++;
    if (sendmsg(t->udp, &m, MSG_DONTWAIT) < 0) t->s.sndrr++;
  } else {
    struct mmsghdr mm[256];
    struct iovec v[256];
    u8* p = t->sb;
    memset(mm, 0, sizeof(mm[0]) * t->nseg);
    for (int i = 0; i < t->nseg; i++) {
      v[i].iov_base = p;
      v[i].iov_len = t->seglens[i];
      p += t->seglens[i];
      mm[i].msg_hdr.msg_iov = v + i;
      mm[i].msg_hdr.msg_iovlen = 1;
    }
    int off = 0;
    t->s.msgs_tx += t->nseg;
    while (off < t->nseg) {
      int r = sendmmsg(t->udp, mm + off, t->nseg - off, MSG_DONTWAIT);
      if (r <= 0) {
        t->s.sndrr++;
        break;
      }
      off += r;
    }
  }
  t->nseg = t->used = t->closed = 0;
}
static inline u8* tx_slot(struct thr* t, int wl) {  // room for a datagram of wl bytes
  if (t->nseg && (t->used + wl > MAXMSG || t->nseg >= o_maxseg || (o_ugso && (t->closed || wl > t->seglen))))
    tx_flush(t);
  u8* p = t->sb + t->used;
  if (!t->nseg)
    t->seglen = wl;
  else if (wl < t->seglen)
    t->closed = 1;
  t->seglens[t->nseg++] = wl;
  t->used += wl;
  t->s.tx_pk++;
  t->s.tx_by += wl;
  return p;
}
static inline void tx_one(struct thr* t, u8* pk, int len, u64 ctr) {  // pk has >=16 writable bytes behind it
  int pl = (len + 15) & ~15;
  if (pl > o_mtu) pl = len > o_mtu ? len : o_mtu;
  u8* o = tx_slot(t, pl + 32);
  if (pl != len) {
    u8 sv[16];
    int k = pl - len;
    memcpy(sv, pk + len, k);
    memset(pk + len, 0, k);
    seal(t, o, pk, pl, ctr);
    memcpy(pk + len, sv, k);
  } else
    seal(t, o, pk, pl, ctr);
}
static void tx_packet(struct thr* t, struct virtio_net_hdr* h, u8* pk, int len) {
  if (h->gso_type == VIRTIO_NET_HDR_GSO_NONE) {
    if ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && o_txcsum) {
      int cs = h->csum_start, co = cs + h->csum_offset;
      if (co + 2 > len) return;
      u16 v = ~fold(csum(pk + cs, len - cs, 0));
      if (!v && h->csum_offset == 6) v = 0xffff;
      st16(pk + co, v);
    }
    tx_one(t, pk, len, atomic_fetch_add_explicit(&tx_ctr, 1, memory_order_relaxed));
    return;
  }
  int ty = h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN, v6 = (pk[0] >> 4) == 6, l4 = h->csum_start,
      tcp = ty != VIRTIO_NET_HDR_GSO_UDP_L4;
  int hl = l4 + (tcp ? (pk[l4 + 12] >> 4) * 4 : 8), mss = h->gso_size, pay = len - hl, n = (pay + mss - 1) / mss;
  if (hl > 200 || pay <= 0 || !mss) return;
  u8 hd[200];
  memcpy(hd, pk, hl);
  int co = l4 + (tcp ? 16 : 6);
  u32 seq = be32(hd + l4 + 4);
  u16 id = be16(hd + 4);
  u8 fl = hd[l4 + 13];
  u64 c0 = atomic_fetch_add_explicit(&tx_ctr, n, memory_order_relaxed);
  st16(hd + co, 0);
  if (!v6) st16(hd + 10, 0);
  u64 ps = pseudo(hd, v6, tcp ? 6 : 17, 0), ipb = 0;
  if (!v6) {
    sb16(hd + 2, 0);
    sb16(hd + 4, 0);
    ipb = csum(hd, l4, 0);
  }
  for (int i = 0, off = hl; i < n; i++, off += mss) {
    int sl = i == n - 1 ? pay - i * mss : mss;
    u8* p = pk + off - hl;  // header lands over the tail of the (already sealed) previous segment
    if (v6)
      sb16(hd + 4, hl - 40 + sl);
    else {
      sb16(hd + 2, hl + sl);
      sb16(hd + 4, id + i);
      st16(hd + 10, ~fold(ipb + ld16(hd + 2) + ld16(hd + 4)));
    }
    if (tcp) {
      sb32(hd + l4 + 4, seq + i * mss);
      u8 f = fl;
      if (i != n - 1) f &= ~0x09;
      if (i) f &= ~0x80;
      hd[l4 + 13] = f;
    } else
      sb16(hd + l4 + 4, 8 + sl);
    memcpy(p, hd, hl);
    if (o_txcsum) {
      u16 v = ~fold(csum(p + l4, hl - l4 + sl, ps + __builtin_bswap16(hl - l4 + sl)));
      if (!v && !tcp) v = 0xffff;
      st16(p + co, v);
    }
    tx_one(t, p, hl + sl, c0 + i);
  }
}
static int tx_poll(struct thr* t) {
  int n = 0;
  for (; n < o_txb; n++) {
    ssize_t r = read(t->tun, t->tb, VH + 65536);
    if (r < 0) {
      t->s.eagain_t++;
      break;
    }
    struct virtio_net_hdr* h = (void*)t->tb;
    t->s.tun_rd++;
    int g = h->gso_type != 0;
    t->s.tun_rd_gso += g;
    if (r > VH) tx_packet(t, h, t->tb + VH, r - VH);
    if (g && o_ugso) {
      tx_flush(t);
    }
  }
  tx_flush(t);
  return n;
}

// ---- RX
static void it_flush(struct thr* t) {
  struct item* it = &t->it;
  if (!it->niov) return;
  memset(&t->vh, 0, sizeof t->vh);
  t->s.tun_wr++;
  if (it->nseg > 1) {
    t->s.tun_wr_gso++;
    u8* p = it->hd;
    int tcp = it->proto == 6;
    if (it->v6)
      sb16(p + 4, it->total - 40);
    else {
      sb16(p + 2, it->total);
      st16(p + 10, 0);
      st16(p + 10, ~fold(csum(p, 20, 0)));
    }
    if (!tcp) sb16(p + it->l4 + 4, it->total - it->l4);
    st16(p + it->l4 + (tcp ? 16 : 6), fold(pseudo(p, it->v6, it->proto, it->total - it->l4)));
    t->vh.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    t->vh.csum_start = it->l4;
    t->vh.csum_offset = tcp ? 16 : 6;
    t->vh.gso_type = !tcp ? VIRTIO_NET_HDR_GSO_UDP_L4 : it->v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
    t->vh.gso_size = it->gso;
    t->vh.hdr_len = it->hl;
  } else if (o_datavalid == 1)
    t->vh.flags = VIRTIO_NET_HDR_F_DATA_VALID;
  else if (o_datavalid == 2 && it->proto) {  // single packet as NEEDS_CSUM with pseudo sum: kernel skips verification
    u8* p = it->hd;
    t->vh.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    t->vh.csum_start = it->l4;
    t->vh.csum_offset = it->proto == 6 ? 16 : 6;
    st16(p + it->l4 + t->vh.csum_offset, fold(pseudo(p, it->v6, it->proto, it->total - it->l4)));
  }
  it->iov[0].iov_base = &t->vh;
  it->iov[0].iov_len = VH;
  ssize_t r;
  if (o_contig && it->nseg > 1) {
    u8* q = t->cb;
    for (int i = 0; i < it->niov; i++) {
      memcpy(q, it->iov[i].iov_base, it->iov[i].iov_len);
      q += it->iov[i].iov_len;
    }
    r = write(t->tun, t->cb, q - t->cb);
  } else
    r = writev(t->tun, it->iov, it->niov);
  if (r < 0) {
    if (!t->s.wrerr++) perror("tun write");
  }
  it->niov = it->nseg = 0;
}
// classify: returns 1 if coalescable candidate; fills header info
static inline int parse(const u8* p, int len, int* v6, int* proto, int* l4, int* hl) {
  if ((p[0] >> 4) == 4) {
    if (len < 28 || p[0] != 0x45 || (be16(p + 6) & 0x3fff)) return 0;
    *v6 = 0;
    *proto = p[9];
    *l4 = 20;
  } else {
    if (len < 48) return 0;
    *v6 = 1;
    *proto = p[6];
    *l4 = 40;
  }
  if (*proto == 6) {
    if (len < *l4 + 20) return 0;
    *hl = *l4 + (p[*l4 + 12] >> 4) * 4;
    return *hl >= *l4 + 20 && len >= *hl;
  }
  if (*proto == 17) {
    *hl = *l4 + 8;
    return 1;
  }
  return 0;
}
static void rx_packet(struct thr* t, u8* p, int len) {
  int v6 = 0, proto = 0, l4 = 0, hl = 0, il;
  struct item* it = &t->it;
  if (len < 20) return;  // keepalive
  if ((p[0] >> 4) == 4)
    il = be16(p + 2);
  else if ((p[0] >> 4) == 6 && len >= 40)
    il = be16(p + 4) + 40;
  else
    return;
  if (il > len || il < 20) return;
  len = il;
  int cand = parse(p, len, &v6, &proto, &l4, &hl);
  int pay = len - hl;
  u8 fl = 0;
  if (cand && o_rxverify && (o_tgro || o_datavalid == 2)) {
    if (!(proto == 17 && ld16(p + l4 + 6) == 0) &&
        fold(csum(p + l4, len - l4, pseudo(p, v6, proto, len - l4))) != 0xffff) {
      cand = 0;
      t->s.badcs++;
    } else if (proto == 17 && ld16(p + l4 + 6) == 0)
      cand = 0;
  }
  int pc = cand ? proto : 0;
  if (!o_tgro) cand = 0;
  if (cand && proto == 6) {
    fl = p[l4 + 13];
    if (pay <= 0 || (fl & ~0x08) != 0x10) cand = 0;
  }
  if (cand && proto == 17 && (!o_uso || pay <= 0 || be16(p + l4 + 4) != len - l4)) cand = 0;
  if (cand && it->niov && it->nseg && !it->closed && it->v6 == v6 && it->proto == proto && it->hl == hl &&
      it->gso >= pay && it->total + pay <= 65535 && it->niov < 150) {
    u8* q = it->hd;
    int same;
    if (v6)
      same = ld32(q) == ld32(p) && q[7] == p[7] && !memcmp(q + 8, p + 8, 32);
    else
      same = q[1] == p[1] && ld16(q + 6) == ld16(p + 6) && q[8] == p[8] && !memcmp(q + 12, p + 12, 8);
    if (same && proto == 6)  // ports, ack, doff, window, urg ptr, options
      same = ld32(q + l4) == ld32(p + l4) && be32(p + l4 + 4) == it->next_seq && ld32(q + l4 + 8) == ld32(p + l4 + 8) &&
             q[l4 + 12] == p[l4 + 12] && ld16(q + l4 + 14) == ld16(p + l4 + 14) &&
             !memcmp(q + l4 + 20, p + l4 + 20, hl - l4 - 20);
    else if (same)
      same = ld32(q + l4) == ld32(p + l4) && it->nseg < 64;
    if (same) {
      it->iov[it->niov].iov_base = p + hl;
      it->iov[it->niov++].iov_len = pay;
      it->total += pay;
      it->nseg++;
      it->next_seq += pay;
      if (pay < it->gso || (fl & 8)) it->closed = 1;
      if (fl & 8) q[l4 + 13] |= 8;
      return;
    }
  }
  it_flush(t);
  it->iov[1].iov_base = p;
  it->iov[1].iov_len = len;
  it->niov = 2;
  it->nseg = 1;
  it->closed = !cand;
  it->hd = p;
  it->total = len;
  it->v6 = v6;
  it->proto = pc;
  it->l4 = l4;
  it->hl = hl;
  if (cand) {
    it->gso = pay;
    it->next_seq = be32(p + l4 + 4) + pay;
    if (fl & 8) it->closed = 1;
  }
}
static int rx_poll(struct thr* t) {
  for (int i = 0; i < o_rxb; i++) {
    t->mm[i].msg_hdr.msg_controllen = o_ugro ? 64 : 0;
    t->mm[i].msg_hdr.msg_namelen = 0;
  }
  int n;
  if (o_rxb == 1) {
    ssize_t r = recvmsg(t->udp, &t->mm[0].msg_hdr, MSG_DONTWAIT);
    n = r < 0 ? -1 : 1;
    t->mm[0].msg_len = r;
  } else
    n = recvmmsg(t->udp, t->mm, o_rxb, MSG_DONTWAIT, NULL);
  if (n <= 0) {
    t->s.eagain_u++;
    return 0;
  }
  t->s.rx_calls++;
  for (int i = 0; i < n; i++) {
    int len = t->mm[i].msg_len, gs = len;
    u8* b = t->rio[i].iov_base;
    t->s.rx_msgs++;
    if (o_ugro)
      for (struct cmsghdr* c = CMSG_FIRSTHDR(&t->mm[i].msg_hdr); c; c = CMSG_NXTHDR(&t->mm[i].msg_hdr, c))
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) memcpy(&gs, CMSG_DATA(c), 4);
    if (gs <= 0) continue;
    for (int o = 0; o < len; o += gs) {
      int wl = len - o < gs ? len - o : gs;
      u8* p = b + o;
      u64 ctr;
      if (wl < 32 || p[0] != 4 || ld32(p + 4) != 0x11223344) continue;
      memcpy(&ctr, p + 8, 8);
      t->s.rx_pk++;
      t->s.rx_by += wl;
      u8* pt = p + 16;
      if (o_evp == 5) {
        if (t->pbu > 90000) {
          it_flush(t);
          t->pbu = 0;
        }
        if (!(pt = open5(t, p, wl - 32))) {
          t->s.authfail++;
          continue;
        }
      } else if (!openp(t, p, wl - 32)) {
        t->s.authfail++;
        continue;
      }
      if (!replay_ok(ctr)) {
        t->s.replay++;
        continue;
      }
      rx_packet(t, pt, wl - 32);
    }
  }
  it_flush(t);
  t->pbu = 0;
  return n;
}

static void* loop(void* a) {
  struct thr* t = a;
  if (o_cpu >= 0) {
    cpu_set_t c;
    CPU_ZERO(&c);
    CPU_SET((o_cpu + t->id) % 2, &c);
    sched_setaffinity(0, sizeof c, &c);
  }
  if (o_spin)
    for (;;) {
      if (t->dir & 2) rx_poll(t);
      if (t->dir & 1) tx_poll(t);
    }
  int ep = epoll_create1(0);
  struct epoll_event ev = {.events = EPOLLIN}, evs[2];
  if (t->dir & 1) {
    ev.data.u32 = 1;
    epoll_ctl(ep, EPOLL_CTL_ADD, t->tun, &ev);
  }
  if (t->dir & 2) {
    ev.data.u32 = 2;
    epoll_ctl(ep, EPOLL_CTL_ADD, t->udp, &ev);
  }
  for (;;) {
    int n = epoll_wait(ep, evs, 2, -1);
    t->s.waits++;
    if (o_eager) {  // drain both until idle, then sleep
      int did;
      do {
        did = 0;
        if (t->dir & 2) did += rx_poll(t);
        if (t->dir & 1) did += tx_poll(t);
      } while (did);
    } else
      for (int i = 0; i < n; i++) {
        if (evs[i].data.u32 == 1)
          tx_poll(t);
        else
          rx_poll(t);
      }
  }
  return NULL;
}

static void stats(void) {
  struct st s = {0};
  for (int i = 0; i < nT; i++)
    for (int k = 0; k < (int)(offsetof(struct st, pad) / 8); k++) ((u64*)&s)[k] += ((u64*)&T[i].s)[k];
  fprintf(stderr,
          "STAT tun_rd=%lu gso_rd=%lu tx_pk=%lu sends=%lu msgs=%lu seg/send=%.1f snderr=%lu | rx_calls=%lu rx_msgs=%lu "
          "rx_pk=%lu pk/msg=%.1f authfail=%lu replay=%lu badcsum=%lu tun_wr=%lu gso_wr=%lu pk/wr=%.1f wrerr=%lu | "
          "waits=%lu eagT=%lu eagU=%lu\n",
          s.tun_rd, s.tun_rd_gso, s.tx_pk, s.sends, s.msgs_tx, s.sends ? (double)s.tx_pk / s.sends : 0, s.sndrr,
          s.rx_calls, s.rx_msgs, s.rx_pk, s.rx_msgs ? (double)s.rx_pk / s.rx_msgs : 0, s.authfail, s.replay, s.badcs,
          s.tun_wr, s.tun_wr_gso, s.tun_wr ? (double)s.rx_pk / s.tun_wr : 0, s.wrerr, s.waits, s.eagain_t, s.eagain_u);
}

static void bench(void) {  // microbenchmark of the crypto call patterns and checksum
  struct thr* t = &T[0];
  static u8 memory[2][65536];
  u8 *a = memory[0] + 128, *b = memory[1] + 128;  // evp 5 writes up to 64 bytes before its input
  const char* nm[] = {"init(nonce only)",
                      "init(key+nonce)",
                      "fresh ctx+implicit fetch",
                      "memcpy",
                      "reused ctx, implicit fetch+key+nonce",
                      "ChaCha20 pass, then EVP_MAC"};
  memcpy(key_rx, key_tx, 32);
  make_contexts(t);
  int sz[] = {96, 128, 256, 512, 1024, 1408, 1420, 1424, 1440};
  for (int e = 0; e < 6; e++) {
    o_evp = e;
    for (int k = 0; k < 9; k++) {
      if (e && e != 5 && sz[k] != 96 && sz[k] != 1420) continue;
      int N = e == 2 || e == 4 ? 200000 : 1000000;
      u64 t0 = now_ns();
      for (int i = 0; i < N; i++) seal(t, b, a, sz[k], i);
      u64 t1 = now_ns();
      // open: must reseal each time as it is in place; time pair and subtract
      int bad = 0;
      u64 t2 = now_ns();
      for (int i = 0; i < N; i++) {
        seal(t, b, a, sz[k], i);
        t->pbu = 0;
        bad += e == 5 ? !open5(t, b, sz[k]) : !openp(t, b, sz[k]);
      }
      u64 t3 = now_ns();
      double s = (double)(t1 - t0) / N, p = (double)(t3 - t2) / N;
      printf("evp=%d %-38s len=%4d seal %7.1f ns  open %7.1f ns (bad=%d)  seal %.2f GB/s\n", e, nm[e], sz[k], s, p - s,
             bad, sz[k] / s);
    }
  }
  o_evp = 0;
  EVP_CIPHER_CTX* c = t->e;
  u8 iv[12] = {0}, tg[16];
  int l;
  int N = 2000000;
  u64 t0, t1;
#define TM(name, code)          \
  t0 = now_ns();                \
  for (int i = 0; i < N; i++) { \
    iv[4] = i;                  \
    code;                       \
  }                             \
  t1 = now_ns();                \
  printf("  %-30s %.1f ns\n", name, (double)(t1 - t0) / N)
  TM("EncryptInit_ex(iv only)", EVP_EncryptInit_ex(c, 0, 0, 0, iv));
  TM("init+update(1420)", EVP_EncryptInit_ex(c, 0, 0, 0, iv); EVP_EncryptUpdate(c, b, &l, a, 1420));
  TM("init+update+final", EVP_EncryptInit_ex(c, 0, 0, 0, iv); EVP_EncryptUpdate(c, b, &l, a, 1420);
     EVP_EncryptFinal_ex(c, b, &l));
  TM("init+update+final+get_tag", EVP_EncryptInit_ex(c, 0, 0, 0, iv); EVP_EncryptUpdate(c, b, &l, a, 1420);
     EVP_EncryptFinal_ex(c, b, &l); EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tg));
  TM("same, update split 52+1368", EVP_EncryptInit_ex(c, 0, 0, 0, iv); EVP_EncryptUpdate(c, b, &l, a, 52);
     EVP_EncryptUpdate(c, b + 52, &l, a + 52, 1368); EVP_EncryptFinal_ex(c, b, &l);
     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tg));
  TM("same, misaligned in/out", EVP_EncryptInit_ex(c, 0, 0, 0, iv); EVP_EncryptUpdate(c, b + 3, &l, a + 10, 1420);
     EVP_EncryptFinal_ex(c, b, &l); EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tg));
  u64 s = 0;
  TM("csum 1400", a[0] = i; s += csum(a, 1400, 0));
  TM("memcpy 1420", a[0] = i; memcpy(b, a, 1420); s += b[i % 1420]);
  TM("memcpy 61612", a[0] = i; memcpy(b, a, 61612); s += b[i % 1420]);
  printf("%lu\n", s & 1);
}

int main(int argc, char** argv) {
  static struct option lo[] = {{"if", 1, 0, 1},         {"local", 1, 0, 2},    {"peer", 1, 0, 3},
                               {"role", 1, 0, 4},       {"ugso", 1, 0, 5},     {"ugro", 1, 0, 6},
                               {"tso", 1, 0, 7},        {"tgro", 1, 0, 8},     {"txcsum", 1, 0, 9},
                               {"rxverify", 1, 0, 10},  {"evp", 1, 0, 11},     {"spin", 1, 0, 12},
                               {"busypoll", 1, 0, 13},  {"threads", 1, 0, 14}, {"split", 1, 0, 15},
                               {"rxb", 1, 0, 16},       {"maxseg", 1, 0, 17},  {"txb", 1, 0, 18},
                               {"flip", 1, 0, 19},      {"eager", 1, 0, 20},   {"cpu", 1, 0, 21},
                               {"datavalid", 1, 0, 22}, {"contig", 1, 0, 23},  {"uso", 1, 0, 24},
                               {"bench", 0, 0, 25},     {"mtu", 1, 0, 26},     {0}};
  int c, dob = 0;
  int* m[] = {[4] = &o_role,     [5] = &o_ugso,      [6] = &o_ugro, [7] = &o_tso,        [8] = &o_tgro,
              [9] = &o_txcsum,   [10] = &o_rxverify, [11] = &o_evp, [12] = &o_spin,      [13] = &o_busypoll,
              [14] = &o_threads, [15] = &o_split,    [16] = &o_rxb, [17] = &o_maxseg,    [18] = &o_txb,
              [19] = &o_flip,    [20] = &o_eager,    [21] = &o_cpu, [22] = &o_datavalid, [23] = &o_contig,
              [24] = &o_uso,     [26] = &o_mtu};
  while ((c = getopt_long(argc, argv, "", lo, 0)) > 0) {
    if (c == 1)
      o_if = optarg;
    else if (c == 2)
      o_local = optarg;
    else if (c == 3)
      o_peer = optarg;
    else if (c == 25)
      dob = 1;
    else if (c < 27 && m[c])
      *m[c] = atoi(optarg);
    else
      exit(2);
  }
  CIPH = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
  CHA = EVP_CIPHER_fetch(NULL, "ChaCha20", NULL);
  POLY = EVP_MAC_fetch(NULL, "POLY1305", NULL);
  memset(o_role ? key_rx : key_tx, 0x5a, 32);
  memset(o_role ? key_tx : key_rx, 0xa5, 32);
  if (dob) {
    nT = 1;
    bench();
    return 0;
  }
  sigset_t ss;
  sigemptyset(&ss);
  sigaddset(&ss, SIGTERM);
  sigaddset(&ss, SIGINT);
  sigaddset(&ss, SIGUSR1);
  sigprocmask(SIG_BLOCK, &ss, 0);
  peer.sin_family = AF_INET;
  peer.sin_port = htons(o_port);
  inet_pton(AF_INET, o_peer, &peer.sin_addr);
  struct sockaddr_in la = {.sin_family = AF_INET, .sin_port = htons(o_port)};
  inet_pton(AF_INET, o_local, &la.sin_addr);
  for (int i = 0; i < o_threads; i++) {
    int f = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    struct ifreq r = {0};
    strcpy(r.ifr_name, o_if);
    r.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
    if (ioctl(f, TUNSETIFF, &r) < 0) {
      perror("TUNSETIFF");
      return 1;
    }
    int off = o_tso      ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6
              : o_txcsum ? 0
                         : TUN_F_CSUM,
        full = off | (o_tso && o_uso ? TUN_F_USO4 | TUN_F_USO6 : 0);
    if (ioctl(f, TUNSETOFFLOAD, full) < 0) {
      o_uso = 0;
      if (ioctl(f, TUNSETOFFLOAD, off) < 0) perror("TUNSETOFFLOAD");
      fprintf(stderr, "no USO\n");
    }
    tunfd[i] = f;
    int u = socket(AF_INET, SOCK_DGRAM, 0), one = 1, sz = 8 << 20;
    if (o_threads > 1) setsockopt(u, SOL_SOCKET, SO_REUSEPORT, &one, 4);
    setsockopt(u, SOL_SOCKET, SO_RCVBUFFORCE, &sz, 4);
    setsockopt(u, SOL_SOCKET, SO_SNDBUFFORCE, &sz, 4);
    if (o_ugro && setsockopt(u, IPPROTO_UDP, UDP_GRO, &one, 4) < 0) perror("UDP_GRO");
    if (o_busypoll && setsockopt(u, SOL_SOCKET, SO_BUSY_POLL, &o_busypoll, 4) < 0) perror("BUSY_POLL");
    if (bind(u, (void*)&la, sizeof la) < 0) {
      perror("bind");
      return 1;
    }
    if (connect(u, (void*)&peer, sizeof peer) < 0) {
      perror("connect");
      return 1;
    }
    udpfd[i] = u;
  }
  nT = o_split ? 2 * o_threads : o_threads;
  for (int i = 0; i < nT; i++) {
    struct thr* t = &T[i];
    int q = o_split ? i / 2 : i;
    t->id = i;
    t->tun = tunfd[q];
    t->udp = udpfd[q];
    t->dir = o_split ? 1 + (i & 1) : 3;
    make_contexts(t);
    t->tb = (u8*)aligned_alloc(4096, 1 << 17) + 128;
    t->sb = (u8*)aligned_alloc(4096, 1 << 17) + 128;
    t->cb = aligned_alloc(4096, 1 << 17);
    t->rb = aligned_alloc(4096, ((size_t)o_rxb * 66048 + 4096) & ~4095ul);
    t->mm = calloc(o_rxb, sizeof *t->mm);
    t->rio = calloc(o_rxb, sizeof *t->rio);
    t->ctl = calloc(o_rxb, 64);
    memset(t->rb, 0, ((size_t)o_rxb * 66048 + 4096) & ~4095ul);
    memset(t->tb, 0, 130000);
    memset(t->sb, 0, 130000);
    for (int k = 0; k < o_rxb; k++) {
      t->rio[k].iov_base = t->rb + (size_t)k * 66048 + 128;
      t->rio[k].iov_len = 65535;
      t->mm[k].msg_hdr.msg_iov = t->rio + k;
      t->mm[k].msg_hdr.msg_iovlen = 1;
      t->mm[k].msg_hdr.msg_control = t->ctl[k];
      t->mm[k].msg_hdr.msg_controllen = 64;
    }
  }
  for (int i = 0; i < nT; i++) pthread_create(&T[i].t, 0, loop, &T[i]);
  for (;;) {
    int sg;
    sigwait(&ss, &sg);
    stats();
    if (sg != SIGUSR1) return 0;
  }
}

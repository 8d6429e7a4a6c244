#define _GNU_SOURCE
#include "clients.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (16 << 20)  // of the socket, both ways

void read_keys(struct clients* c, const char* file, int most) {
  char private[64], public[64];
  u8 key[32];
  FILE* in = fopen(file, "r");
  if (!in) die("%s", file);
  c->count = 0;
  c->initiators = NULL;
  while ((!most || c->count < most) && fscanf(in, "%63s %63s", private, public) == 2) {
    c->initiators = realloc(c->initiators, (c->count + 1) * sizeof *c->initiators);
    if (!c->initiators) die("no memory");
    base64_key(private, key);
    initiator_of(&c->initiators[c->count++], key, &c->responder);
  }
  fclose(in);
  errno = 0;
  if (!c->count) die("%s: no keys", file);
}

void open_socket(struct clients* c) {
  struct sockaddr_in any = {.sin_family = AF_INET};
  int room = ROOM;
  c->socket = socket(AF_INET, SOCK_DGRAM, 0);
  if (c->socket < 0) die("socket");
  setsockopt(c->socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  setsockopt(c->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  if (bind(c->socket, (void*)&any, sizeof any) < 0) die("bind");
}

int send_from(const struct clients* c, const struct outgoing* batch, int count) {
  struct mmsghdr headers[BATCH] = {0};
  struct iovec parts[BATCH];
  _Alignas(struct cmsghdr) u8 control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
  for (int i = 0; i < count; i++) {
    struct msghdr* h = &headers[i].msg_hdr;
    struct in_pktinfo source = {.ipi_spec_dst.s_addr = htonl(c->first_source + batch[i].client)};
    struct cmsghdr* about;
    parts[i] = (struct iovec){batch[i].message, batch[i].length};
    h->msg_name = (void*)&c->to;
    h->msg_namelen = sizeof c->to;
    h->msg_iov = &parts[i];
    h->msg_iovlen = 1;
    h->msg_control = control[i];
    h->msg_controllen = sizeof control[i];
    about = CMSG_FIRSTHDR(h);
    about->cmsg_level = IPPROTO_IP;
    about->cmsg_type = IP_PKTINFO;
    about->cmsg_len = CMSG_LEN(sizeof source);
    memcpy(CMSG_DATA(about), &source, sizeof source);
  }
  int sent = sendmmsg(c->socket, headers, count, 0);
  // An ICMP error that came back ends one send; what the responder does is seen by its answers.
  if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED &&
      errno != EHOSTUNREACH)
    die("sendmmsg from client %d", batch[0].client);
  return sent < 0 ? 0 : sent;
}

int receive(const struct clients* c, struct incoming* batch) {
  struct mmsghdr headers[BATCH] = {0};
  struct iovec parts[BATCH];
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){batch[i].message, sizeof batch[i].message};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  int count = recvmmsg(c->socket, headers, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < count; i++) batch[i].length = headers[i].msg_len;
  return count < 0 ? 0 : count;
}

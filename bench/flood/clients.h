/* Many configured peers on one UDP socket, each at an address of its own. The addresses need not be on a device: a
 * local route (`ip route add local PREFIX dev lo`) makes all of a prefix this machine's, and IP_PKTINFO chooses one. */
#ifndef CLIENTS_H
#define CLIENTS_H
#include <netinet/in.h>
#include <sys/socket.h>

#include "noise.h"

struct clients {
  struct responder responder;
  struct sockaddr_in to;
  u32 first_source;  // client i sends from the address first_source + i
  int socket, count;
  struct initiator* initiators;
};

// read_keys: lines of PRIVATE and PUBLIC, as `capacity keys` prints them; at most this many when it is not 0.
void read_keys(struct clients* c, const char* file, int most);
// open_socket: unconnected, with room for much, at a port of the kernel's choice.
void open_socket(struct clients* c);

struct outgoing {
  int client;
  u8* message;
  size_t length;
};
// send_from: at most BATCH messages; the number that the kernel took, from the first on.
int send_from(const struct clients* c, const struct outgoing* batch, int count);

struct incoming {
  size_t length;
  u8 message[256];
};
// receive: up to BATCH messages that are there, without waiting; longer ones are cut.
int receive(const struct clients* c, struct incoming* batch);
#endif

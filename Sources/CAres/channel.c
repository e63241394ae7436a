// The only file that sees c-ares. Section and pitfall numbers refer to the resolver notes in the project's reference.
#define _GNU_SOURCE
#include "CAres.h"
#include "tls.h"

#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// ares_send and ares_set_socket_functions are what all versions have; 1.28 and 1.34 deprecate them for calls that 1.18
// lacks.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

// ARES_OPT_QUERY_CACHE of 1.23 and newer, spelled out because 1.18's header lacks it.
#define MASK_QUERY_CACHE (1 << 21)

struct pca_channel {
  ares_channel ares;
  pca_answered answered;
  void *context;
  int poll;
  uint32_t lane;
  int receive_buffer;
  int is_datagram;
  // NULL without TLS.
  pca_tls *tls;
  // Connected sockets: one, or two while one takes the place of another.
  struct stream *streams;
  // Why TLS failed, in words; empty when it didn't.
  char trouble[TROUBLE];
  // Queries that c-ares has not reported yet, the newest first.
  struct pending *pending;
  // The query that is in ares_send now.
  struct pending *sending;
};

// One per query: c-ares hands back a single pointer. Freed when c-ares reports it.
struct pending {
  pca_channel *channel;
  uint64_t token;
  struct pending *previous;
  struct pending *next;
  // As the query went out: c-ares 1.27 and newer replace the ID that they are given.
  unsigned char id[2];
  // Whether a header without a question answered it already.
  int is_told;
};

enum { HEADER = 12 };
// One TLS record, of replies that are one octet long: more turns than any needs.
enum { MOST_TURNS = 16384 };

// A TCP socket. Freed when c-ares closes it.
struct stream {
  int descriptor;
  // NULL without TLS.
  struct tls_connection *tls;
  // What c-ares waits for.
  int readable;
  int writable;
  // What epoll waits for; 0 before it knows the socket.
  uint32_t events;
  struct stream *next;
};

// A binary that was built on 1.18 may run on 1.34 under the same SONAME, which reads a longer struct: the padding is
// zero, and a zero qcache_max_ttl turns off the cache that 1.31 and newer have on by default.
union padded_options {
  struct ares_options options;
  unsigned char octets[512];
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void library_open(void) { ares_library_init(ARES_LIB_INIT_ALL); }

static struct stream *stream_of(const pca_channel *channel, int descriptor) {
  struct stream *stream = channel->streams;
  while (stream && stream->descriptor != descriptor) stream = stream->next;
  return stream;
}

static void watch(const pca_channel *channel, int descriptor, uint32_t events) {
  // Level-triggered, because 1.18 reads one TCP length or body for each call.
  struct epoll_event event = {
    .events = events, .data.u64 = (uint64_t)channel->lane << 32 | (uint32_t)descriptor,
  };
  if (epoll_ctl(channel->poll, EPOLL_CTL_MOD, descriptor, &event) < 0 && errno == ENOENT) {
    epoll_ctl(channel->poll, EPOLL_CTL_ADD, descriptor, &event);
  }
}

// c-ares waits for room as long as it has something to send, which would spin while TLS waits for the server's words.
static void watch_stream(const pca_channel *channel, struct stream *stream) {
  uint32_t events = (stream->readable ? EPOLLIN : 0) | (stream->writable ? EPOLLOUT : 0);
  if (stream->tls && tls_is_shaking(stream->tls)) events = EPOLLIN;
  if (stream->tls && tls_wants_room(stream->tls)) events |= EPOLLOUT;
  if (events == stream->events) return;
  stream->events = events;
  watch(channel, stream->descriptor, events);
}

static void on_socket_state(void *data, ares_socket_t descriptor, int readable, int writable) {
  const pca_channel *channel = data;
  struct stream *stream = stream_of(channel, descriptor);
  if (!readable && !writable) {
    if (stream) stream->events = 0;
    epoll_ctl(channel->poll, EPOLL_CTL_DEL, descriptor, NULL);
    return;
  }
  if (!stream) return watch(channel, descriptor, (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0));
  stream->readable = readable;
  stream->writable = writable;
  watch_stream(channel, stream);
}

// MARK: Sockets. c-ares reads and writes through these, so that replies are seen which it would drop.

static ares_socket_t on_socket(int family, int type, int protocol, void *data) {
  pca_channel *channel = data;
  // c-ares sets no options of sockets that are made for it.
  int descriptor = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return ARES_SOCKET_BAD;
  int one = 1;
  if (type == SOCK_STREAM) {
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
      close(descriptor);
      return ARES_SOCKET_BAD;
    }
    stream->descriptor = descriptor;
    stream->next = channel->streams;
    channel->streams = stream;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  } else if (channel->receive_buffer > 0) {
    // A refusal costs only speed: the window follows what pca_granted_receive_buffer found.
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &channel->receive_buffer, sizeof channel->receive_buffer);
  }
  return descriptor;
}

static int on_close(ares_socket_t descriptor, void *data) {
  pca_channel *channel = data;
  for (struct stream **place = &channel->streams; *place; place = &(*place)->next) {
    struct stream *stream = *place;
    if (stream->descriptor != descriptor) continue;
    *place = stream->next;
    if (stream->tls) tls_close(stream->tls);
    free(stream);
    break;
  }
  return close(descriptor);
}

static int on_connect(ares_socket_t descriptor, const struct sockaddr *address, ares_socklen_t length, void *data) {
  pca_channel *channel = data;
  struct stream *stream = stream_of(channel, descriptor);
  if (stream && channel->tls) {
    stream->tls = tls_open(channel->tls, descriptor, channel->trouble);
    if (!stream->tls) {
      errno = ECONNREFUSED;
      return -1;
    }
  }
  return connect(descriptor, address, length);
}

static ares_ssize_t on_send(ares_socket_t descriptor, const struct iovec *parts, int count, void *data) {
  pca_channel *channel = data;
  const struct stream *stream = stream_of(channel, descriptor);
  if (stream && stream->tls) return tls_send(stream->tls, parts, count);
  struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
  // Over TCP it may go out later, beside others; there the ID is the one that was given.
  if (channel->is_datagram && channel->sending && count == 1 && parts[0].iov_len >= HEADER) {
    memcpy(channel->sending->id, parts[0].iov_base, sizeof channel->sending->id);
  }
  return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

// Whether it says only that the server failed: a reply with no section at all, whose code is FORMERR, SERVFAIL, NOTIMP
// or REFUSED. So unbound refuses a client by its access-control, and so old servers answer EDNS.
static int is_bare_error(const unsigned char *header) {
  static const unsigned char zero[8];
  int code = header[3] & 0x0f;
  return header[2] & 0x80 && !(header[2] & 0x78) && memcmp(header + 4, zero, sizeof zero) == 0
    && (code == 1 || code == 2 || code == 4 || code == 5);
}

// c-ares takes a reply for one only when it repeats the question, and reports a query that got none as timed out, or as
// badly answered.
static void tell_bare_error(pca_channel *channel, const unsigned char *header) {
  for (struct pending *query = channel->pending; query; query = query->next) {
    if (query->is_told || memcmp(query->id, header, sizeof query->id) != 0) continue;
    query->is_told = 1;
    return channel->answered(channel->context, query->token, PCA_REPLY, header, HEADER);
  }
}

static ares_ssize_t receive_stream(pca_channel *channel, struct stream *stream, void *buffer, size_t capacity) {
  ssize_t count = stream->tls ? tls_receive(stream->tls, buffer, capacity)
                              : recv(stream->descriptor, buffer, capacity, 0);
  // 1.18 reads a whole message, length first, and drops it when it has no question.
  if (count == HEADER && capacity == HEADER && is_bare_error(buffer)) tell_bare_error(channel, buffer);
  return count;
}

static ares_ssize_t on_receive(
    ares_socket_t descriptor, void *buffer, size_t capacity, int flags, struct sockaddr *from,
    ares_socklen_t *from_length, void *data) {
  pca_channel *channel = data;
  struct stream *stream = stream_of(channel, descriptor);
  if (stream) return receive_stream(channel, stream, buffer, capacity);
  ares_socklen_t room = from_length ? *from_length : 0;
  for (;;) {
    // The socket is connected: the kernel drops what comes from another address or port.
    if (from_length) *from_length = room;
    ssize_t count = recvfrom(descriptor, buffer, capacity, flags, from, from_length);
    if (count != HEADER || !is_bare_error(buffer)) return count;
    tell_bare_error(channel, buffer);
  }
}

static const struct ares_socket_functions socket_functions = {
  .asocket = on_socket, .aclose = on_close, .aconnect = on_connect, .arecvfrom = on_receive, .asendv = on_send,
};

static enum pca_status status_of(int status) {
  switch (status) {
    case ARES_SUCCESS: return PCA_REPLY;
    case ARES_ETIMEOUT: return PCA_TIMEOUT;
    case ARES_EBADRESP: return PCA_BAD_REPLY;
    case ARES_ECONNREFUSED: return PCA_UNREACHABLE;
    case ARES_EDESTRUCTION:
    case ARES_ECANCELLED: return PCA_CLOSED;
    default: return PCA_LOCAL;
  }
}

static void on_answer(void *data, int status, int timeouts, unsigned char *reply, int length) {
  (void)timeouts;
  struct pending *pending = data;
  pca_channel *channel = pending->channel;
  uint64_t token = pending->token;
  int is_told = pending->is_told;
  if (pending->previous) pending->previous->next = pending->next;
  else channel->pending = pending->next;
  if (pending->next) pending->next->previous = pending->previous;
  if (channel->sending == pending) channel->sending = NULL;
  free(pending);
  enum pca_status outcome = status_of(status);
  if (is_told) {
    // A forged header must not keep the true reply out; what else comes is no news.
    if (outcome != PCA_REPLY) return;
    outcome = PCA_FURTHER_REPLY;
  }
  channel->answered(channel->context, token, outcome, reply, reply && length > 0 ? (size_t)length : 0);
}

pca_channel *pca_open(
    const char *server, enum pca_transport transport, pca_tls *tls, int timeout_ms, int receive_buffer, int poll,
    uint32_t lane, pca_answered answered, void *context) {
  pthread_once(&library_once, library_open);
  int is_stream = transport == PCA_TCP || transport == PCA_TLS;
  pca_channel *channel = calloc(1, sizeof *channel);
  if (!channel) return NULL;
  *channel = (pca_channel){
    .answered = answered, .context = context, .poll = poll, .lane = lane, .receive_buffer = receive_buffer,
    .is_datagram = !is_stream, .tls = transport == PCA_TLS ? tls : NULL,
  };
  union padded_options padded;
  memset(&padded, 0, sizeof padded);
  struct ares_options *options = &padded.options;
  // NOCHECKRESP: SERVFAIL and REFUSED are delivered. IGNTC: so are truncated replies, since the TCP fallback inside
  // a channel fails other queries on 1.18. EDNS: without it UDP replies are cut at 512 octets without TC.
  options->flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH
    | ARES_FLAG_NOALIASES | (is_stream ? ARES_FLAG_USEVC : 0)
    | (transport == PCA_UDP_EDNS ? ARES_FLAG_EDNS : 0);
  options->timeout = timeout_ms;
  options->tries = 1;
  options->ednspsz = 4096;
  options->lookups = "b";
  options->resolvconf_path = "/dev/null";
  options->sock_state_cb = on_socket_state;
  options->sock_state_cb_data = channel;
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS
    | ARES_OPT_RESOLVCONF | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB | MASK_QUERY_CACHE;
  if (ares_init_options(&channel->ares, options, mask) != ARES_SUCCESS) {
    free(channel);
    return NULL;
  }
  ares_set_socket_functions(channel->ares, &socket_functions, channel);
  if (ares_set_servers_ports_csv(channel->ares, server) != ARES_SUCCESS) {
    pca_close(channel);
    return NULL;
  }
  return channel;
}

void pca_send(pca_channel *channel, uint64_t token, const void *query, size_t length) {
  struct pending *pending = malloc(sizeof *pending);
  if (!pending || length > 65535) {
    free(pending);
    channel->answered(channel->context, token, PCA_LOCAL, NULL, 0);
    return;
  }
  *pending = (struct pending){.channel = channel, .token = token, .next = channel->pending};
  if (length >= HEADER) memcpy(pending->id, query, sizeof pending->id);
  if (channel->pending) channel->pending->previous = pending;
  channel->pending = channel->sending = pending;
  // The cast spans 1.34.7, whose callback alone takes a const reply.
  ares_send(channel->ares, query, (int)length, (ares_callback)on_answer, pending);
  channel->sending = NULL;
}

void pca_ready(pca_channel *channel, int descriptor, int readable, int writable) {
  struct stream *stream = stream_of(channel, descriptor);
  if (stream && stream->tls) {
    int was_shaking = tls_is_shaking(stream->tls);
    if (!tls_shake(stream->tls)) return watch_stream(channel, stream);
    // c-ares sends what waits for the handshake, or finds that it failed. What TLS wanted room for, reading goes on with.
    if (was_shaking) readable = writable = 1;
    if (tls_wants_room(stream->tls)) readable = 1;
  }
  ares_process_fd(
    channel->ares, readable ? descriptor : ARES_SOCKET_BAD, writable ? descriptor : ARES_SOCKET_BAD);
  // What TLS has unwrapped is announced by no socket, and 1.18 takes one length or body for each call.
  stream = stream_of(channel, descriptor);
  for (int turn = 0; turn < MOST_TURNS && stream && stream->tls && tls_has_pending(stream->tls); turn++) {
    ares_process_fd(channel->ares, descriptor, ARES_SOCKET_BAD);
    stream = stream_of(channel, descriptor);
  }
  if (stream && stream->tls) watch_stream(channel, stream);
}

void pca_expire(pca_channel *channel) { ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD); }

void pca_close(pca_channel *channel) {
  ares_destroy(channel->ares);
  free(channel);
}

const char *pca_trouble(const pca_channel *channel) {
  for (const struct stream *stream = channel->streams; stream; stream = stream->next) {
    if (stream->tls) tls_explain_silence(stream->tls);
  }
  return channel->trouble[0] ? channel->trouble : NULL;
}

const char *pca_version(void) { return ares_version(NULL); }

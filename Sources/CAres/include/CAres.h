/// The wall between Postern's resolver and c-ares: `ares.h` is included by channel.c alone, so that neither its
/// types nor what differs between its versions 1.18 and 1.34 leaks into Swift. In the same way tls.c alone includes
/// OpenSSL's headers. Beside them stand the Linux calls that Swift's Glibc module doesn't export (epoll, eventfd,
/// getrandom).
///
/// None of this is thread-safe: one thread owns a poll, its channels and all calls on them. `pca_wake` alone may be
/// called from anywhere.
#ifndef POSTERN_CARES_H
#define POSTERN_CARES_H

#include <stddef.h>
#include <stdint.h>

/// What c-ares says about a query. A reply with any response code is `PCA_REPLY`, and so is a header without a question
/// that says only that the server failed, which c-ares itself takes for no reply.
enum pca_status {
  PCA_REPLY = 0,
  PCA_TIMEOUT = 1,
  /// Refused, no route, or the connection was closed.
  PCA_UNREACHABLE = 2,
  /// c-ares 1.34 could not read the reply and dropped it.
  PCA_BAD_REPLY = 3,
  /// The channel was closed.
  PCA_CLOSED = 4,
  /// No memory, or a query that c-ares refuses to send.
  PCA_LOCAL = 5,
  /// A whole reply to a query that had got only such a header.
  PCA_FURTHER_REPLY = 6,
};

/// How a channel reaches its one server.
enum pca_transport {
  /// UDP for queries with an OPT record: replies up to 4,096 octets.
  PCA_UDP_EDNS = 0,
  /// UDP for queries without OPT: replies up to 512 octets.
  PCA_UDP_PLAIN = 1,
  PCA_TCP = 2,
  /// DNS over TLS (RFC 7858), strict: no query leaves before the server's certificate is verified (RFC 8310).
  PCA_TLS = 3,
};

/// Who a server over TLS must prove to be, and the last session with it. Owned by whoever opened it until
/// `pca_tls_close`, which must come after the close of each channel that was opened with it.
typedef struct pca_tls pca_tls;

/// The certificate must be for `name`, or for `address` when that is NULL, and by an authority in the PEM file
/// `authorities`, or by one of the system's when that is NULL. The file is read at the first connection, and again
/// when it changed. NULL when out of memory.
pca_tls *pca_tls_open(const char *name, const char *address, const char *authorities);

/// Frees it.
void pca_tls_close(pca_tls *tls);

/// One server, one transport, one socket. Owned by whoever opened it until `pca_close`.
typedef struct pca_channel pca_channel;

/// Called once for each query, and once more with `PCA_FURTHER_REPLY` where that comes: from `pca_send`, `pca_ready`,
/// `pca_expire` or `pca_close`. `reply` is gone when it returns. It must not call any `pca_` function: c-ares 1.34 crashes and 1.18 frees twice.
typedef void (*pca_answered)(void *context, uint64_t token, int status, const void *reply, size_t length);

/// Opens a channel to `server` (`192.0.2.1:53` or `[2001:db8::1]:53`) whose sockets are watched by `poll` with
/// `lane` in the upper half of the event's data and the descriptor in the lower. A query is given up after
/// `timeout_ms`, without a second try. `tls` belongs to `PCA_TLS` and is NULL for the others. NULL when out of memory or
/// descriptors, or when `server` is malformed.
pca_channel *pca_open(
  const char *server, enum pca_transport transport, pca_tls *tls, int timeout_ms, int receive_buffer, int poll,
  uint32_t lane, pca_answered answered, void *context);

/// What stands, or stood last, in the way of TLS, such as `its certificate has expired`; NULL when nothing does. Gone
/// with the next call on the channel.
const char *pca_trouble(const pca_channel *channel);

/// Sends the message; `answered` may be called before this returns. The octets are copied.
void pca_send(pca_channel *channel, uint64_t token, const void *query, size_t length);

/// Reads and writes what a ready socket allows.
void pca_ready(pca_channel *channel, int descriptor, int readable, int writable);

/// Gives up the queries whose time is over.
void pca_expire(pca_channel *channel);

/// Ends all queries with `PCA_CLOSED`, closes the sockets and frees the channel.
void pca_close(pca_channel *channel);

/// The version of the c-ares that is loaded, such as `1.18.1`.
const char *pca_version(void);

/// The octets of receive buffer that the kernel grants a UDP socket that asks for `wanted`, as it accounts them.
/// 0 when no socket can be had.
int pca_granted_receive_buffer(int wanted);

/// A ready descriptor.
struct pca_event {
  uint64_t data;
  int readable;
  int writable;
};

/// A new epoll instance, closed on exec; -1 with errno on failure.
int pca_poll_open(void);

/// Watches a descriptor for reading, level-triggered. 0, or -1 with errno.
int pca_poll_watch(int poll, int descriptor, uint64_t data);

/// Waits up to `timeout_ms` (-1: for ever). The number of events, 0 when interrupted, -1 with errno on failure.
int pca_poll_wait(int poll, struct pca_event *events, int capacity, int timeout_ms);

/// A descriptor that `pca_wake` makes readable until `pca_wake_clear`; -1 with errno on failure.
int pca_wake_open(void);
void pca_wake(int descriptor);
void pca_wake_clear(int descriptor);

/// Closes a poll or wake descriptor.
void pca_descriptor_close(int descriptor);

/// Fills `octets` from the kernel's generator, waiting for its seed if it must.
void pca_random(void *octets, size_t count);

/// Names the calling thread, in at most 15 octets.
void pca_thread_name(const char *name);

/// Nanoseconds of CLOCK_MONOTONIC.
uint64_t pca_monotonic(void);

#endif

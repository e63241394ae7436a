// What channel.c asks of tls.c: one TLS connection over a socket that does not block. None of it is seen from Swift.
#ifndef POSTERN_TLS_H
#define POSTERN_TLS_H

#include "CAres.h"

#include <sys/types.h>
#include <sys/uio.h>

// Room for why a connection can't be used.
enum { TROUBLE = 256 };

struct tls_connection;

// Starts a connection over a socket that connects, or is connected. `trouble` has TROUBLE octets, must outlive the
// connection, and is empty until it fails. NULL when it can't be started, with the reason in `trouble`.
struct tls_connection *tls_open(pca_tls *tls, int descriptor, char *trouble);

// Says goodbye where that makes sense, or in `trouble` that there was no answer, and frees the connection. The socket
// stays open.
void tls_close(struct tls_connection *connection);

// Goes on with the handshake. 0 while it lasts; else it is done, or failed, which sending and receiving then tell.
int tls_shake(struct tls_connection *connection);

// As sendmsg and recv: -1 with EAGAIN when the socket, or the handshake, doesn't allow it now.
ssize_t tls_send(struct tls_connection *connection, const struct iovec *parts, int count);
ssize_t tls_receive(struct tls_connection *connection, void *buffer, size_t capacity);

// Whether it is in the handshake.
int tls_is_shaking(const struct tls_connection *connection);

// Says in `trouble` that the client's first words were not answered, when that is so.
void tls_explain_silence(const struct tls_connection *connection);

// Whether it waits for room in the socket's buffer; whether octets lie ready that the socket no longer announces.
int tls_wants_room(const struct tls_connection *connection);
int tls_has_pending(const struct tls_connection *connection);

#endif

// The only file that sees OpenSSL. c-ares has no TLS in any version, so that a channel over TLS (RFC 7858) is one over
// TCP whose octets pass through here. Strict by the words of RFC 8310 §5: no certificate that verifies, no query.
#define _GNU_SOURCE
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

struct pca_tls {
  // NULL before the first connection.
  SSL_CTX *context;
  // The last one that the server offered, so that the next connection costs one round trip less.
  SSL_SESSION *session;
  // NULL: the certificate must have the address.
  char *name;
  char *address;
  // A PEM file; NULL: the system's.
  char *authorities;
  // The file as it was read.
  struct stat read;
};

struct tls_connection {
  pca_tls *tls;
  SSL *ssl;
  char *trouble;
  int descriptor;
  enum { SHAKING, OPEN, BROKEN } state;
  // Whether the first words went out.
  int has_greeted;
  int wants_room;
  // Of the socket: that the other side ended it, and the last error.
  int has_ended;
  int error;
};

// One TLS record, and so the most that one SSL_write sends whole.
enum { RECORD = 16384 };
// Resuming a session skips the certificate: after this many seconds it is looked at again.
enum { SESSION_AGE = 3600 };

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static BIO_METHOD *socket_method;

// MARK: The socket. OpenSSL's own BIO writes without MSG_NOSIGNAL, and a closed connection would raise SIGPIPE.

static int bio_write(BIO *bio, const char *octets, int count) {
  struct tls_connection *connection = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  ssize_t sent = send(connection->descriptor, octets, (size_t)count, MSG_NOSIGNAL);
  if (sent >= 0) return (int)sent;
  // ENOTCONN: the connection is being made.
  if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) BIO_set_retry_write(bio);
  else connection->error = errno;
  return -1;
}

static int bio_read(BIO *bio, char *octets, int capacity) {
  struct tls_connection *connection = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  ssize_t count = recv(connection->descriptor, octets, (size_t)capacity, 0);
  if (count > 0) return (int)count;
  if (count == 0) connection->has_ended = 1;
  else if (errno == EAGAIN || errno == EINTR) BIO_set_retry_read(bio);
  else connection->error = errno;
  return count == 0 ? 0 : -1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)number;
  (void)pointer;
  const struct tls_connection *connection = BIO_get_data(bio);
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP: return 1;
    case BIO_CTRL_EOF: return connection->has_ended;
    default: return 0;
  }
}

static void library_open(void) {
  // Its clean-up at exit would pull the floor from under the engine's thread.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
  if (!method) return;
  BIO_meth_set_write(method, bio_write);
  BIO_meth_set_read(method, bio_read);
  BIO_meth_set_ctrl(method, bio_control);
  socket_method = method;
}

// MARK: What the connections to one server share

pca_tls *pca_tls_open(const char *name, const char *address, const char *authorities) {
  pca_tls *tls = calloc(1, sizeof *tls);
  if (!tls) return NULL;
  tls->address = strdup(address);
  if (name) tls->name = strdup(name);
  if (authorities) tls->authorities = strdup(authorities);
  if (tls->address && (tls->name || !name) && (tls->authorities || !authorities)) return tls;
  pca_tls_close(tls);
  return NULL;
}

void pca_tls_close(pca_tls *tls) {
  SSL_SESSION_free(tls->session);
  SSL_CTX_free(tls->context);
  free(tls->name);
  free(tls->address);
  free(tls->authorities);
  free(tls);
}

static int on_session(SSL *ssl, SSL_SESSION *session) {
  struct tls_connection *connection = SSL_get_app_data(ssl);
  if (!connection) return 0;
  SSL_SESSION_free(connection->tls->session);
  connection->tls->session = session;
  return 1;
}

static SSL_CTX *make_context(const char *authorities) {
  static const unsigned char protocols[] = "\3dot";
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context) return NULL;
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  // c-ares may have moved, and lengthened, what it offers again.
  SSL_CTX_set_mode(
    context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_session);
  int is_ready = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
    && SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) == 0
    && (authorities ? SSL_CTX_load_verify_locations(context, authorities, NULL)
                    : SSL_CTX_set_default_verify_paths(context));
  // A site may hand out only the authority that issues, and not its root.
  if (authorities) X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (is_ready) return context;
  SSL_CTX_free(context);
  return NULL;
}

static int is_same_file(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino && one->st_size == other->st_size
    && one->st_mtim.tv_sec == other->st_mtim.tv_sec && one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

// Reads the authorities, again when their file changed; while it can't be read, those that were read before count.
static int prepare(pca_tls *tls, char *trouble) {
  struct stat now;
  memset(&now, 0, sizeof now);
  if (tls->authorities && stat(tls->authorities, &now) < 0) {
    if (tls->context) return 1;
    snprintf(trouble, TROUBLE, "the authorities in %s can't be read: %s", tls->authorities, strerror(errno));
    return 0;
  }
  if (tls->context && is_same_file(&now, &tls->read)) return 1;
  ERR_clear_error();
  SSL_CTX *context = make_context(tls->authorities);
  if (!context) {
    ERR_clear_error();
    if (tls->context) return 1;
    if (tls->authorities) {
      snprintf(trouble, TROUBLE, "there is no certificate in %s that can be read", tls->authorities);
    } else {
      snprintf(trouble, TROUBLE, "the system's authorities can't be read");
    }
    return 0;
  }
  SSL_CTX_free(tls->context);
  tls->context = context;
  tls->read = now;
  // It was granted under the authorities of before.
  SSL_SESSION_free(tls->session);
  tls->session = NULL;
  return 1;
}

// MARK: A connection

static int demand_identity(const struct tls_connection *connection) {
  const pca_tls *tls = connection->tls;
  X509_VERIFY_PARAM *rules = SSL_get0_param(connection->ssl);
  // RFC 8310 §8.1: only names for servers count, and no common name.
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (!tls->name) return X509_VERIFY_PARAM_set1_ip_asc(rules, tls->address);
  return X509_VERIFY_PARAM_set1_host(rules, tls->name, 0) && SSL_set_tlsext_host_name(connection->ssl, tls->name);
}

static void offer_session(struct tls_connection *connection) {
  pca_tls *tls = connection->tls;
  if (!tls->session) return;
  long age = (long)time(NULL) - (long)SSL_SESSION_get_time(tls->session);
  int is_usable = age >= 0 && age < SESSION_AGE && SSL_SESSION_is_resumable(tls->session);
  if (is_usable) SSL_set_session(connection->ssl, tls->session);
  // RFC 8446 §C.4: a ticket is used once; the next connection brings another.
  if (is_usable && SSL_SESSION_get_protocol_version(tls->session) < TLS1_3_VERSION) return;
  SSL_SESSION_free(tls->session);
  tls->session = NULL;
}

struct tls_connection *tls_open(pca_tls *tls, int descriptor, char *trouble) {
  pthread_once(&library_once, library_open);
  trouble[0] = '\0';
  if (!socket_method || !prepare(tls, trouble)) return NULL;
  struct tls_connection *connection = calloc(1, sizeof *connection);
  if (!connection) return NULL;
  *connection = (struct tls_connection){
    .tls = tls, .trouble = trouble, .descriptor = descriptor, .state = SHAKING, .wants_room = 1,
  };
  connection->ssl = SSL_new(tls->context);
  BIO *bio = connection->ssl ? BIO_new(socket_method) : NULL;
  if (!bio) {
    tls_close(connection);
    return NULL;
  }
  BIO_set_data(bio, connection);
  BIO_set_init(bio, 1);
  SSL_set_bio(connection->ssl, bio, bio);
  SSL_set_app_data(connection->ssl, connection);
  SSL_set_connect_state(connection->ssl);
  if (!demand_identity(connection)) {
    snprintf(trouble, TROUBLE, "no certificate can have the name %s", tls->name ? tls->name : tls->address);
    tls_close(connection);
    return NULL;
  }
  offer_session(connection);
  return connection;
}

void tls_close(struct tls_connection *connection) {
  tls_explain_silence(connection);
  ERR_clear_error();
  if (connection->state == OPEN) SSL_shutdown(connection->ssl);
  SSL_free(connection->ssl);
  ERR_clear_error();
  free(connection);
}

static void explain_certificate(const struct tls_connection *connection, long verdict) {
  const pca_tls *tls = connection->tls;
  char *trouble = connection->trouble;
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      snprintf(trouble, TROUBLE, "its certificate is not for %s", tls->name ? tls->name : tls->address);
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED: snprintf(trouble, TROUBLE, "its certificate has expired"); break;
    case X509_V_ERR_CERT_NOT_YET_VALID: snprintf(trouble, TROUBLE, "its certificate is not valid yet"); break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      snprintf(
        trouble, TROUBLE, "its certificate is by no authority of %s",
        tls->authorities ? tls->authorities : "the system's");
      break;
    default:
      snprintf(
        trouble, TROUBLE, "its certificate can't be trusted: %s", X509_verify_cert_error_string(verdict));
  }
}

static void explain(const struct tls_connection *connection) {
  char *trouble = connection->trouble;
  long verdict = SSL_get_verify_result(connection->ssl);
  if (verdict != X509_V_OK) return explain_certificate(connection, verdict);
  if (connection->has_ended || connection->error == ECONNRESET || connection->error == EPIPE) {
    snprintf(trouble, TROUBLE, "the connection was closed during the TLS handshake");
    return;
  }
  // Nobody was reached, which isn't about TLS.
  if (connection->error) return;
  unsigned long code = ERR_peek_error();
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE:
      snprintf(trouble, TROUBLE, "what answers there speaks no TLS");
      break;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      snprintf(trouble, TROUBLE, "it speaks no TLS from 1.2 on");
      break;
    default: {
      const char *reason = ERR_reason_error_string(code);
      snprintf(trouble, TROUBLE, "the TLS handshake failed: %s", reason ? reason : "without a reason");
    }
  }
}

// What a call that gave no octets means: -1 with EAGAIN or ECONNRESET, or 0 for the end.
static ssize_t outcome_of(struct tls_connection *connection, int result) {
  switch (SSL_get_error(connection->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      connection->wants_room = 0;
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_WANT_WRITE:
      connection->wants_room = 1;
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default:
      if (connection->state == SHAKING) explain(connection);
      connection->state = BROKEN;
      connection->wants_room = 0;
      ERR_clear_error();
      errno = connection->error ? connection->error : ECONNRESET;
      return -1;
  }
}

int tls_shake(struct tls_connection *connection) {
  if (connection->state != SHAKING) return 1;
  ERR_clear_error();
  int result = SSL_do_handshake(connection->ssl);
  if (result == 1) {
    connection->state = OPEN;
    connection->wants_room = 0;
    return 1;
  }
  ssize_t outcome = outcome_of(connection, result);
  if (outcome < 0 && errno == EAGAIN) {
    if (!connection->wants_room) connection->has_greeted = 1;
    return 0;
  }
  if (outcome == 0) {
    snprintf(connection->trouble, TROUBLE, "the connection was closed during the TLS handshake");
    connection->state = BROKEN;
  }
  return 1;
}

// What stands in the way of octets: 0 when nothing does, else -1 with errno.
static int check_open(const struct tls_connection *connection) {
  if (connection->state == OPEN) return 0;
  errno = connection->state == SHAKING ? EAGAIN : connection->error ? connection->error : ECONNRESET;
  return -1;
}

ssize_t tls_send(struct tls_connection *connection, const struct iovec *parts, int count) {
  if (check_open(connection) < 0) return -1;
  // One record for all that waits: small ones would cost more than what they carry.
  char octets[RECORD];
  size_t length = 0;
  for (int index = 0; index < count && length < sizeof octets; index++) {
    size_t room = sizeof octets - length;
    size_t part = parts[index].iov_len < room ? parts[index].iov_len : room;
    memcpy(octets + length, parts[index].iov_base, part);
    length += part;
  }
  if (length == 0) return 0;
  ERR_clear_error();
  int sent = SSL_write(connection->ssl, octets, (int)length);
  if (sent > 0) return sent;
  if (outcome_of(connection, sent) < 0) return -1;
  errno = ECONNRESET;
  return -1;
}

ssize_t tls_receive(struct tls_connection *connection, void *buffer, size_t capacity) {
  if (check_open(connection) < 0) return -1;
  ERR_clear_error();
  int count = SSL_read(connection->ssl, buffer, capacity > RECORD ? RECORD : (int)capacity);
  if (count > 0) {
    connection->wants_room = 0;
    return count;
  }
  return outcome_of(connection, count);
}

int tls_is_shaking(const struct tls_connection *connection) { return connection->state == SHAKING; }

void tls_explain_silence(const struct tls_connection *connection) {
  if (connection->state == SHAKING && connection->has_greeted) {
    snprintf(connection->trouble, TROUBLE, "the TLS handshake is not answered");
  }
}

int tls_wants_room(const struct tls_connection *connection) { return connection->wants_room; }

int tls_has_pending(const struct tls_connection *connection) {
  return connection->state == OPEN && SSL_pending(connection->ssl) > 0;
}

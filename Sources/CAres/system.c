// Linux calls that Swift's Glibc module doesn't export.
#define _GNU_SOURCE
#include "CAres.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int pca_granted_receive_buffer(int wanted) {
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return 0;
  int granted = 0;
  socklen_t length = sizeof granted;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length) < 0) granted = 0;
  close(descriptor);
  return granted;
}

int pca_poll_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int pca_poll_watch(int poll, int descriptor, uint64_t data) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
  return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int pca_poll_wait(int poll, struct pca_event *events, int capacity, int timeout_ms) {
  struct epoll_event ready[64];
  int count = epoll_wait(poll, ready, capacity < 64 ? capacity : 64, timeout_ms);
  if (count < 0) return errno == EINTR ? 0 : -1;
  for (int index = 0; index < count; index++) {
    uint32_t mask = ready[index].events;
    // An error or hang-up is found by reading, whatever the socket waited for; else level triggering would spin.
    int failed = mask & (EPOLLERR | EPOLLHUP);
    events[index] = (struct pca_event){
      .data = ready[index].data.u64, .readable = mask & EPOLLIN || failed, .writable = mask & EPOLLOUT || failed,
    };
  }
  return count;
}

int pca_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void pca_wake(int descriptor) {
  uint64_t one = 1;
  // EAGAIN means that the counter is full: the reader is awake already.
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void pca_wake_clear(int descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
}

void pca_descriptor_close(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

void pca_random(void *octets, size_t count) {
  unsigned char *next = octets;
  while (count > 0) {
    ssize_t got = getrandom(next, count, 0);
    if (got < 0) continue;  // EINTR only: the arguments are valid
    next += got;
    count -= (size_t)got;
  }
}

void pca_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

uint64_t pca_monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

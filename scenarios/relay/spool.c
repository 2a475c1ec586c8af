// SPDX-License-Identifier: BSD-2-Clause
/* The ledger during the run: a ring with one producer and one consumer, and an unlinked file. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* 2 s of 250,000 packets a second: a packet's record waits for as long as the packet is held. */
#define RING_RECORDS  (1u << 19)
#define RING_BYTES    (RING_RECORDS * sizeof(struct record))
#define CHUNK_RECORDS 4096 /* written at once, read back at once */
#define NAP_NS	      20000000

struct spool {
	struct record *ring;
	uint64_t head; /* records taken; the relay's */
	uint64_t tail; /* records moved; the thread's */
	uint64_t lost;
	struct record scratch;
	int fd, err;
	int stop;
	bool running;
	pthread_t thread;
	struct record *chunk; /* when reading back */
	size_t chunk_at, chunk_end;
};

static int write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

static ssize_t read_all(int fd, void *data, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, (char *)data + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Records from the tail on that are done, and lie side by side in the ring. */
static uint64_t ripe(const struct spool *s, uint64_t head)
{
	uint64_t n = 0, at = s->tail % RING_RECORDS;

	while (n < CHUNK_RECORDS && s->tail + n < head && at + n < RING_RECORDS &&
	       __atomic_load_n(&s->ring[at + n].done, __ATOMIC_ACQUIRE))
		n++;
	return n;
}

static bool move(struct spool *s)
{
	uint64_t n = ripe(s, __atomic_load_n(&s->head, __ATOMIC_ACQUIRE));

	if (!n)
		return false;
	if (!s->err)
		s->err = write_all(s->fd, &s->ring[s->tail % RING_RECORDS],
				   n * sizeof(struct record));
	__atomic_store_n(&s->tail, s->tail + n, __ATOMIC_RELEASE);
	return true;
}

static void *work(void *arg)
{
	static const struct timespec nap = { .tv_nsec = NAP_NS };
	struct spool *s = arg;

	for (;;) {
		int stop = __atomic_load_n(&s->stop, __ATOMIC_ACQUIRE);

		if (move(s))
			continue;
		if (stop)
			return NULL;
		nanosleep(&nap, NULL);
	}
}

static int open_nameless(const char *directory)
{
	char path[4096];
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd < 0 ? -errno : fd;
	/* Not every file system can (9p, overlay before 6.1): a file that is unlinked at once. */
	if ((size_t)snprintf(path, sizeof(path), "%s/.tcpw-relay-XXXXXX", directory) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

int spool__open(struct spool **ps, const char *directory)
{
	struct spool *s = calloc(1, sizeof(*s));
	int err;

	*ps = NULL;
	if (!s)
		return -ENOMEM;
	s->ring = MAP_FAILED;
	s->fd = err = open_nameless(directory);
	if (err < 0)
		goto fail;
	s->ring = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	err = s->ring == MAP_FAILED ? -errno : -pthread_create(&s->thread, NULL, work, s);
	if (err)
		goto fail;
	s->running = true;
	*ps = s;
	return 0;
fail:
	spool__close(s);
	return err;
}

struct record *spool__take(struct spool *s, uint64_t t)
{
	struct record *r = &s->scratch;

	if (s->head - __atomic_load_n(&s->tail, __ATOMIC_ACQUIRE) < RING_RECORDS)
		r = &s->ring[s->head % RING_RECORDS];
	else
		s->lost++;
	memset(r, 0, sizeof(*r));
	r->t = t;
	if (r != &s->scratch)
		__atomic_store_n(&s->head, s->head + 1, __ATOMIC_RELEASE);
	return r;
}

void spool__done(struct record *r)
{
	__atomic_store_n(&r->done, 1, __ATOMIC_RELEASE);
}

int spool__finish(struct spool *s)
{
	if (!s->running)
		return s->err;
	__atomic_store_n(&s->stop, 1, __ATOMIC_RELEASE);
	pthread_join(s->thread, NULL);
	s->running = false;
	s->lost += s->head - s->tail; /* behind one that was never done: a defect, but not a silent one */
	s->chunk = s->ring; /* free now */
	if (!s->err && lseek(s->fd, 0, SEEK_SET) < 0)
		s->err = -errno;
	return s->err;
}

uint64_t spool__lost(const struct spool *s)
{
	return s->lost;
}

int spool__next(struct spool *s, struct record *r)
{
	if (s->chunk_at == s->chunk_end) {
		ssize_t n = read_all(s->fd, s->chunk, CHUNK_RECORDS * sizeof(*r));

		if (n < 0)
			return (int)n;
		if (n % (ssize_t)sizeof(*r))
			return -EIO;
		s->chunk_at = 0;
		s->chunk_end = (size_t)n / sizeof(*r);
		if (!n)
			return 0;
	}
	*r = s->chunk[s->chunk_at++];
	return 1;
}

void spool__close(struct spool *s)
{
	if (!s)
		return;
	if (s->running)
		spool__finish(s);
	if (s->ring != MAP_FAILED)
		munmap(s->ring, RING_BYTES);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

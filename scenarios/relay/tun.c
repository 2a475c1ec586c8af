// SPDX-License-Identifier: BSD-2-Clause
/*
 * A TUN device in a network namespace. It belongs to the namespace that the thread lives in when
 * /dev/net/tun is opened (tun_chr_open()), so the thread goes there and comes back.
 */
#include "tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config.h"

/*
 * The device's ring. tun_net_xmit() orphans what it takes, so that TCP's small queues do not hold a
 * sender back: a whole congestion window may arrive at once, and what finds no room is dropped. More
 * than this is ERANGE in 7.3.
 */
#define QUEUE_LEN 32767

static int enter(const struct netns *there, struct netns *back)
{
	int err = netns__open(back, NULL);

	if (err)
		return err;
	err = netns__enter(there);
	if (err)
		netns__close(back);
	return err;
}

static int leave(struct netns *back, int err)
{
	int failed = netns__enter(back);

	netns__close(back);
	return err ? err : failed;
}

static int configure(const char *name)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_qlen = QUEUE_LEN; /* before it is up: the ring is made anew with it */
	if (ioctl(fd, SIOCSIFTXQLEN, &ifr))
		err = -errno;
	ifr.ifr_mtu = PATH_MTU;
	if (!err && ioctl(fd, SIOCSIFMTU, &ifr))
		err = -errno;
	if (!err && ioctl(fd, SIOCGIFFLAGS, &ifr))
		err = -errno;
	ifr.ifr_flags |= IFF_UP;
	if (!err && ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

static int make(struct tun *t)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL };

	if (if_nametoindex(t->name))
		return -EEXIST;
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", t->name);
	if (ioctl(t->fd, TUNSETIFF, &ifr))
		return errno == EBUSY ? -EEXIST : -errno;
	return configure(t->name);
}

int tun__open(struct tun *t, const struct netns *netns, const char *name)
{
	struct netns back;
	int err;

	*t = (struct tun){ .fd = -1, .netns = *netns };
	snprintf(t->name, sizeof(t->name), "%s", name);
	err = enter(netns, &back);
	if (err)
		return err;
	err = leave(&back, make(t));
	if (err)
		tun__close(t);
	return err;
}

/* The columns of /proc/net/dev: received bytes packets errs drop ..., from the 9th on transmitted.
 */
static int read_counters(const struct tun *t, struct tun_counters *c)
{
	FILE *f = fopen("/proc/thread-self/net/dev", "re");
	unsigned long long rx_errs, rx_drop, tx_errs, tx_drop;
	char line[512], *colon;
	int err = -ENODEV;

	if (!f)
		return -errno;
	while (err && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		if (strcmp(line + strspn(line, " "), t->name))
			continue;
		if (sscanf(colon + 1, "%*u %*u %llu %llu %*u %*u %*u %*u %*u %*u %llu %llu",
			   &rx_errs, &rx_drop, &tx_errs, &tx_drop) != 4)
			break;
		*c = (struct tun_counters){ .dropped = tx_errs + tx_drop,
					    .refused = rx_errs + rx_drop };
		err = 0;
	}
	fclose(f);
	return err;
}

int tun__counters(const struct tun *t, struct tun_counters *c)
{
	struct netns back;
	int err = enter(&t->netns, &back);

	return err ? err : leave(&back, read_counters(t, c));
}

void tun__close(struct tun *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * What judging costs: writes a run of the given size with every field of struct tcp_info, has
 * tcpw-compare judge it and jq parse the same timeline, and prints, as one JSON object, bytes per
 * second, their ratio, and the peak of memory. Both read from the page cache. `make bench` starts
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timeline/cli.h"
#include "timeline/temporary.h"
#include "timeline/writer.h"

#define MS	      1000000ULL
#define PROBE_EVERY   (MS / 20)
#define NETLINK_EVERY (10 * MS)
#define MSS	      1448
#define IN_FLIGHT     10

struct cost {
	double seconds;
	long peak_kib;
	int status;
};

static int run(const char *const argv[], struct cost *cost)
{
	uint64_t begin = monotonic_ns();
	struct rusage usage;
	pid_t child = fork();
	int status, null;

	if (child < 0)
		return -errno;
	if (!child) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (wait4(child, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return -errno;
	cost->seconds = (monotonic_ns() - begin) / 1e9;
	cost->peak_kib = usage.ru_maxrss;
	cost->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	return 0;
}

/*
 * A flow of which every PROBE_EVERY one segment is acknowledged and one sent, ten in flight, so
 * that every check has its work: a segment event before its ACK is processed, or netlink's view
 * behind it.
 */
static void fill(struct sample *s, uint64_t t, bool probe)
{
	uint64_t acked = t / PROBE_EVERY + !probe, jiffies = t / (4 * MS);
	const struct {
		enum field field;
		uint64_t value;
	} coherent[] = {
		{ FIELD_state, 1 },
		{ FIELD_snd_mss, MSS },
		{ FIELD_unacked, IN_FLIGHT },
		{ FIELD_sacked, 0 },
		{ FIELD_lost, 0 },
		{ FIELD_retrans, 0 },
		{ FIELD_retransmits, 0 },
		{ FIELD_notsent_bytes, 0 },
		{ FIELD_total_retrans, 0 },
		{ FIELD_bytes_retrans, 0 },
		{ FIELD_bytes_acked, acked * MSS + 1 },
		{ FIELD_bytes_received, 0 },
		{ FIELD_bytes_sent, (acked + IN_FLIGHT) * MSS },
		{ FIELD_segs_out, acked + IN_FLIGHT + 1 },
		{ FIELD_data_segs_out, acked + IN_FLIGHT },
		{ FIELD_segs_in, acked + probe },
		{ FIELD_data_segs_in, 0 },
		{ FIELD_delivered, acked + 1 },
		{ FIELD_delivered_ce, 0 },
		{ FIELD_total_rto, 0 },
		{ FIELD_total_rto_recoveries, 0 },
		{ FIELD_total_rto_time, 0 },
		{ FIELD_busy_time, jiffies * 4000 },
		{ FIELD_rwnd_limited, 0 },
		{ FIELD_sndbuf_limited, 0 },
		{ FIELD_snd_una, (uint32_t)(acked * MSS + 1) },
		{ FIELD_snd_nxt, (uint32_t)((acked + IN_FLIGHT) * MSS + 1) },
		{ FIELD_write_seq, (uint32_t)((acked + IN_FLIGHT) * MSS + 1) },
		{ FIELD_rcv_nxt, 1 },
		{ FIELD_jiffies, jiffies },
		{ FIELD_seg_seq, 1 },
		{ FIELD_seg_end_seq, 1 },
		{ FIELD_seg_ack_seq, (uint32_t)((acked + 1) * MSS + 1) },
	};

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (catalogue[f].group != GROUP_TCP_INFO)
			continue;
		switch (catalogue[f].kind) {
		case KIND_COUNTER:
			sample__set(s, f, (acked + f) & field_all_ones(f));
			break;
		case KIND_AGE:
		case KIND_CONSTANT:
			sample__set(s, f, 0);
			break;
		default:
			sample__set(s, f, (acked % 97 + 1000 + 13 * f) & (field_all_ones(f) >> 1));
		}
	}
	for (size_t i = 0; i < sizeof(coherent) / sizeof(coherent[0]); i++)
		if (probe || catalogue[coherent[i].field].group == GROUP_TCP_INFO)
			sample__set(s, coherent[i].field, coherent[i].value);
}

/* One flow, until the file is large enough. */
static int write_timeline(const char *path, bool probe, uint64_t until_ns, uint64_t until_bytes,
			  uint64_t *reached_ns)
{
	struct timeline_header h = { .kernel = "6.12.0", .hz = 250, .base_ns = MS };
	uint64_t every = probe ? PROBE_EVERY : NETLINK_EVERY, t;
	struct timeline_trailer trailer = { 0 };
	struct sample s = { .event = probe ? EVENT_segment : EVENT_sample };
	struct timeline_writer *w;
	struct stat st = { 0 };
	int err;

	strcpy(h.witness, probe ? "probe" : "netlink");
	strcpy(h.tool, "bench");
	if (probe)
		strcpy(h.mode[h.modes++], "segment");
	fill(&s, 0, probe);
	h.fields = s.present;
	h.interval_ns = probe ? 0 : every;
	endpoint__parse("10.0.0.1:40001", 14, &s.flow.local, &s.flow.family);
	endpoint__parse("10.0.0.2:5201", 13, &s.flow.remote, &s.flow.family);
	s.flow.cookie = 1;
	s.flow.netns = 1;
	err = timeline_writer__open(&w, path, &h);
	if (err)
		return err;
	for (t = every; t < until_ns && (uint64_t)st.st_size < until_bytes && !err; t += every) {
		fill(&s, t + (probe ? 0 : 20000), probe);
		s.seq = probe ? t / every : 0;
		s.t0_ns = MS + t;
		s.t1_ns = s.t0_ns + (probe ? 0 : 40000);
		err = timeline_writer__sample(w, &s);
		if (!err && t / every % 256 == 0) {
			err = timeline_writer__settle(w, s.t0_ns);
			if (!err)
				err = timeline_writer__flush(w);
			stat(path, &st);
		}
	}
	*reached_ns = t;
	timeline_trailer__lost(&trailer, "ring_full", 0);
	return timeline_writer__close(w, &trailer) ? -EIO : err;
}

static int write_run(const char *dir, uint64_t bytes)
{
	char path[PATH_MAX];
	uint64_t end_ns;
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "%s/probe.jsonl", dir);
	err = write_timeline(path, true, UINT64_MAX, bytes, &end_ns);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/netlink.jsonl", dir);
	err = write_timeline(path, false, end_ns, UINT64_MAX, &end_ns);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/manifest.json", dir);
	f = fopen(path, "w");
	if (!f)
		return -errno;
	fputs("{\"schema\":1,\"scenario\":\"bench\",\"witnesses\":{\"iperf3\":{\"expected\":false}}"
	      "}\n",
	      f);
	return fclose(f) ? -errno : 0;
}

static uint64_t size_of(const char *dir, const char *name, char path[PATH_MAX])
{
	struct stat st;

	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return stat(path, &st) ? 0 : st.st_size;
}

static void clean(const char *dir)
{
	const char *const argv[] = { "rm", "-rf", dir, NULL };
	struct cost unused;

	run(argv, &unused);
}

int main(int argc, char **argv)
{
	char dir[TEMPORARY_PATH_MAX], probe[PATH_MAX], netlink[PATH_MAX];
	struct cost compare, jq;
	uint64_t megabytes = 100, probe_bytes, bytes;
	const char *program = argc > 1 ? argv[1] : "build/tcpw-compare";
	int err;

	if (argc > 3 || (argc == 3 && number__parse(argv[2], 1, 100000, &megabytes))) {
		fprintf(stderr, "usage: bench [TCPW-COMPARE [MEGABYTES]]\n");
		return EXIT_USAGE;
	}
	err = temporary__directory(dir);
	if (err) {
		fprintf(stderr, "bench: no directory in %s: %s\n", temporary__folder(),
			strerror(-err));
		return EXIT_ERROR;
	}
	err = write_run(dir, megabytes << 20);
	probe_bytes = size_of(dir, "probe.jsonl", probe);
	bytes = probe_bytes + size_of(dir, "netlink.jsonl", netlink);
	if (!err)
		err = run((const char *const[]){ program, dir, NULL }, &compare);
	if (!err)
		err = run((const char *const[]){ "jq", "-c", ".", probe, NULL }, &jq);
	clean(dir);
	if (err || compare.status != EXIT_PASS || jq.status) {
		fprintf(stderr, "bench: %s\n",
			err	    ? strerror(-err)
			: jq.status ? "jq failed"
				    : "tcpw-compare did not pass its own run");
		return EXIT_ERROR;
	}
	printf("{\"bench\":\"compare\",\"megabytes\":%.1f,\"mb_per_s\":%.1f,\"jq_mb_per_s\":%.1f,"
	       "\"ratio\":%.2f,\"peak_mib\":%.1f}\n",
	       bytes / 1e6, bytes / 1e6 / compare.seconds, probe_bytes / 1e6 / jq.seconds,
	       bytes / compare.seconds / (probe_bytes / jq.seconds), compare.peak_kib / 1024.0);
	return EXIT_PASS;
}

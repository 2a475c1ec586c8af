# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Data as tcpw-compare writes it, made up: a sawtooth of FLOWS flows over ten seconds.

# fixture_series DIR FLOWS
fixture_series() {
	local dir=$1 flows=$2
	mkdir -p "$dir"
	awk -v dir="$dir" -v flows="$flows" '
	function rtt(t, f) { return 4 + 16 * ((t + f) % 2.7) / 2.7 + sin(40 * t) }
	function value(q, t, f) {
		if (q == "rtt") return rtt(t, f)
		if (q == "rttvar") return 0.4 + 0.3 * sin(7 * t + f) * sin(7 * t + f)
		if (q == "cwnd") return 200 + 12 * rtt(t, f)
		if (q == "pmtu") return 1500
		return 24 * t / f
	}
	function series(q, w, step, shift, f, t, file) {
		file = dir "/" q "." w ".tsv"
		print "# t_s\t" q > file
		for (f = 1; f <= flows; f++) {
			printf "%s\"flow %d\"\n", (f > 1 ? "\n\n" : ""), f > file
			for (t = shift; t <= 10; t += step)
				printf "%.6f\t%.6f\n", t, value(q, t, f) > file
		}
		close(file)
	}
	BEGIN {
		n = split("rtt rttvar cwnd pmtu bytes", q, " ")
		for (i = 1; i <= n; i++) {
			series(q[i], "probe", 0.002, 0)
			series(q[i], "netlink", 0.01, 0.003)
			series(q[i], "iperf3", 0.1, 0.1)
		}
	}'
}

# fixture_curves DIR
fixture_curves() {
	awk -v dir="$1" '
	function curve(file, label, scale, first, i) {
		printf "%s\"%s\"\n", (first ? "" : "\n\n"), label > file
		for (i = 1; i <= 200; i++)
			printf "%.6f\t%.6f\n", scale * exp(i / 40) / 30, i / 200 > file
	}
	BEGIN {
		e = dir "/errors.tsv"
		print "# error\tfraction" > e
		curve(e, "rtt netlink-probe", 0.02, 1)
		curve(e, "rtt iperf3-probe", 0.01, 0)
		curve(e, "rttvar netlink-probe", 0.004, 0)
		curve(e, "rttvar iperf3-probe", 0.002, 0)
		curve(e, "cwnd netlink-probe", 1.5, 0)
		printf "\n\n\"pmtu netlink-probe\"\n0\t1\n" > e
		curve(e, "bytes netlink-probe", 0.01, 0)
		g = dir "/gaps.tsv"
		print "# gap_ms\tfraction" > g
		curve(g, "probe", 0.1, 1)
		curve(g, "netlink", 10, 0)
		curve(g, "iperf3", 100, 0)
		s = dir "/skew.tsv"
		print "# percent\tfraction" > s
		curve(s, "rtt", 1, 1)
		curve(s, "pacing_rate", 3, 0)
	}'
}

# fixture_manifest RUN_DIR
fixture_manifest() {
	mkdir -p "$1"
	cat >"$1/manifest.json" <<-'EOF'
		{"schema": 1, "scenario": "fixture", "knobs": {"duration_s": 10, "seed": 1, "congestion": "cubic"},
		"path": {"backend": "veth+tbf", "rate_bit": 200000000}, "flows": {"streams": 1, "family": "inet"},
		"kernel": {"release": "6.12.0"}}
	EOF
}

# fixture_path DIR: the account of a path that lost, marked and held packets
fixture_path() {
	awk -v dir="$1" 'BEGIN {
		w = dir "/path-way.tsv"
		print "# t_s\tway_ms\n\"c2s\"" > w
		for (t = 0; t < 10; t += 0.01)
			printf "%.6f\t%.6f\n", t, 10 + 4 * ((t * 7) % 1) > w
		printf "\n\n\"held\"\n1.000000\t18\n\n\n\"CE\"\n4.000000\t13\n" > w
		a = dir "/path-acts.tsv"
		print "# t_s\tpackets\n\"loss 3\"\n2.000000\t2\n5.000000\t1" > a
		printf "\n\n\"loss/ACK 1\"\n-3.000000\t1\n\n\n\"CE 1\"\n4.000000\t1\n\n\n\"held 1\"\n1.000000\t1\n" > a
		r = dir "/path-resent.tsv"
		print "# t_s\tretransmissions\n\"loss 3\"\n2.020000\t0\n2.020000\t2\n5.020000\t3\n10.000000\t3" > r
		print "\n\n\"TLP 1\"\n9.000000\t0\n9.000000\t1\n10.000000\t1" > r
	}'
}

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What the runner's tests share: a folder of their own, fake programs, and the question of what a
# run has left behind.

# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"

((EUID == 0)) || {
	echo "the runner's tests need root" >&2
	exit 4
}

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
STDOUT=$WORK/stdout STDERR=$WORK/stderr
FAKE=$TOP/scenarios/tests/fake
RUN=$TOP/scenarios/run
MARK=tcpwitness-test-$$-$RANDOM
# The tests say themselves which knobs are turned.
KNOBS=$(env -i PATH="$PATH" "$RUN" --check bottleneck)
# shellcheck disable=SC2086 # several names
unset MAKEFLAGS EXPECT_ALL_FEATURES SCENARIOS OUT IPERF3 TCPW_SLACK $KNOBS
# shellcheck source=scenarios/lib/speech.sh
. "$TOP/scenarios/lib/speech.sh"
# shellcheck source=scenarios/lib/cgroup.sh
. "$TOP/scenarios/lib/cgroup.sh"
CGROUPS=$(cgroup_mount) || {
	echo "the runner's tests need cgroup v2" >&2
	exit 4
}
# Links under names that a run uses.
links() {
	ip -o link show type veth | grep -E '^[0-9]+: (eth0|client|server|left|right)@' || true
	ip -o link show type tun
}
LINKS=$(links)

# A run with fake collectors; its processes can be told by the mark in their environment.
fake_run() {
	env TCPW_TEST_MARK="$MARK" TCPW_PROBE="${TCPW_PROBE:-$FAKE/probe}" \
		TCPW_NETLINK="${TCPW_NETLINK:-$FAKE/netlink}" "$RUN" "$@"
}

# A run with the real ones.
real_run() {
	env TCPW_TEST_MARK="$MARK" "$RUN" "$@"
}

marked_processes() {
	grep -lsaF "TCPW_TEST_MARK=$MARK" /proc/[0-9]*/environ | sed 's|/proc/\(.*\)/environ|\1|'
}

nothing_is_left() {
	local dir
	[[ -z $(marked_processes) ]] || return 1
	for dir in "$CGROUPS"/tcpw-*-*/; do
		dir=${dir%/}
		[[ ${dir##*/} =~ ^tcpw-([0-9]+)-([0-9]+)$ ]] || continue
		# A run of somebody else may be under way.
		[[ $(process_start "${BASH_REMATCH[1]}") == "${BASH_REMATCH[2]}" ]] || [[ ! -d $dir ]] ||
			return 1
	done
	[[ ! -e /run/netns/client && ! -e /run/netns/router && ! -e /run/netns/server ]] || return 1
	[[ $(links) == "$LINKS" ]]
}

left_nothing() {
	eventually 15 nothing_is_left || {
		marked_processes | xargs -r ps -o pid,ppid,stat,args -p || true
		ls -d "$CGROUPS"/tcpw-* /run/netns/* 2>/dev/null || true
		return 1
	}
}

# manifest FILTER: true if jq finds it so
manifest() {
	local file=$WORK/out/${SCENARIO:-clean}/manifest.json
	jq -e "$1" "$file" >/dev/null || {
		echo "not in the manifest: $1"
		cat "$file"
		return 1
	}
}

# in_manifest TEXT: some error of the manifest contains it
in_manifest() {
	TEXT=$1 manifest '.errors | any(contains(env.TEXT))'
}

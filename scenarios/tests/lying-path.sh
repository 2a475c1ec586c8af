#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# A path whose account lies is caught by the check "path", and by what it lies about.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"
PROGRAMS=$(readlink -f "${BUILD:-$TOP/build}")

# travel [KIND [EVERY]]: a run over a relay that lies about every third packet it can; judged
travel() {
	local relay=$PROGRAMS/tcpw-relay
	if (($#)); then
		relay=$WORK/relay
		printf '#!/bin/bash\nexec %q --miscount %q --miscount-kind %q "$@"\n' \
			"$PROGRAMS/tcpw-relay" "${2:-3}" "$1" >"$relay"
		chmod +x "$relay"
	fi
	rm -rf "$WORK/out"
	TCPW_RELAY=$relay real_run "$WORK/marked.scenario.sh" "$WORK/out" PATH_BACKEND=relay \
		DURATION=2 BITRATE=5M RATE=20M LOSS=2 MARK=2 DUPLICATE=2
	JUDGED=0
	"$PROGRAMS/tcpw-compare" "$WORK/out/marked" >/dev/null || JUDGED=$?
}

# fails SUBJECT: the path check says so of it
fails() {
	SUBJECT=$1 jq -e '.checks | any(.check == "path" and .field == env.SUBJECT and .status == "fail")' \
		"$WORK/out/marked/verdict.json" >/dev/null || {
		jq -r '.checks[] | select(.check == "path") | "\(.field) \(.status) \(.reason)"' \
			"$WORK/out/marked/verdict.json"
		return 1
	}
}

test_an_honest_path_passes() {
	travel
	[[ $JUDGED == 0 ]]
	jq -e '.path.retransmissions | .loss > 0 and .unexplained == 0' \
		"$WORK/out/marked/verdict.json" >/dev/null
	jq -e '.path.packets | .loss > 0 and .ce > 0 and .copy > 0' \
		"$WORK/out/marked/verdict.json" >/dev/null
	grep -qE '^ +[0-9]+ retransmissions: .*loss' "$WORK/out/marked/report.txt"
	left_nothing
}

# lie KIND SUBJECT [EVERY]
lie() {
	travel "$1" "${3:-3}"
	[[ $JUDGED == 1 ]]
	fails "$2"
}

test_a_drop_told_as_delivered_is_caught() { lie delivered data_segs_in; }
test_a_delivered_packet_told_as_lost_is_caught() { lie loss acknowledged; }
test_a_packet_that_is_not_told_is_caught() { lie missing data_segs_out; }
test_a_packet_that_was_too_fast_is_caught() { lie early delay; }
test_a_copy_that_is_not_told_is_caught() { lie copy data_segs_in; }
# One that is told explains every ECE behind it: all are kept back.
test_marks_that_are_not_told_are_caught() { lie mark marks 1; }

cat >"$WORK/marked.scenario.sh" <<-'EOF'
	hypothesis 'an account of packets tells what became of them'
	emulated_path
	build_path() {
		path_emulated
		set_sysctl client net.ipv4.tcp_ecn 1
		set_sysctl server net.ipv4.tcp_ecn 1
	}
EOF
if ! real_run "$WORK/marked.scenario.sh" "$WORK/first" PATH_BACKEND=relay DURATION=1 2>"$STDERR"; then
	cat "$STDERR"
	jq -e .skip "$WORK/first/marked/manifest.json" >/dev/null && exit 4
	exit 1
fi
run_tests

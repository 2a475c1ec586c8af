#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # Markdown; tests are called by name
#
# The matrix without a virtual machine and without a network: what it makes of guests that pass, fail,
# panic, hang and die, of an archive that refuses, and of what a user may get wrong.
set -euo pipefail
MATRIX=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
TOP=$(dirname "$(dirname "$MATRIX")")
# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && [[ $(uname -m) == x86_64 ]] || exit 4
[[ -f /usr/share/keyrings/debian-archive-keyring.gpg ]] || exit 4

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
STDOUT=$SCRATCH/stdout STDERR=$SCRATCH/stderr
FAKE=$MATRIX/tests/fake
# nobody's archive: whatever is asked of it is refused at once
export MIRROR=http://127.0.0.1:9 QEMU=$FAKE/qemu BUSYBOX=$FAKE/busybox PATH=$PATH:$FAKE
export BUILD=$SCRATCH/build OUT=$SCRATCH/out SCENARIOS=clean DRAW=0 FAKE_PID=$SCRATCH/pid ACCEL=tcg
unset KERNELS JOBS DEADLINE REFRESH COMMAND COMMAND_KNOBS FAKE_GUEST MAKEFLAGS MAKELEVEL EXPECT_ALL_FEATURES TCPW_SLACK

# kernel REQUEST VERSION: one that was fetched before
kernel() {
	local dir=$BUILD/matrix/kernels/$2-amd64
	local modules=$dir/root/lib/modules/$2-amd64
	mkdir -p "$modules" "$dir/root/boot" "$dir.for"
	: >"$dir.for/$1"
	: >"$dir/root/boot/vmlinuz-$2-amd64"
	printf 'kernel/%s.ko:\n' virtio_pci 9p/9pnet_virtio 9p/9p >"$modules/modules.dep"
	printf 'kernel/%s.ko\n' overlay >"$modules/modules.builtin"
	mkdir -p "$modules/kernel/9p"
	touch "$modules"/kernel/{virtio_pci,9p/9pnet_virtio,9p/9p}.ko
	jq -n --arg release "$2-amd64" '{release: $release, package: "linux-image-\($release)", version: "1"}' \
		>"$dir/kernel.json"
}

begin() {
	rm -rf "$BUILD" "$OUT" "$FAKE_PID"
	mkdir -p "$BUILD"
	printf '#!/bin/sh\n' >"$BUILD/tcpw-compare"
	mkdir -p "$BUILD/ci/matrix"
	printf '#!/bin/sh\necho 2000000\n' >"$BUILD/ci/matrix/tsc_khz"
	chmod +x "$BUILD/tcpw-compare" "$BUILD/ci/matrix/tsc_khz"
	kernel 9.9 9.9.9
}

matrix() {
	env "${@}" "$MATRIX/run"
}

# it JQ-FILTER on what came of kernel 9.9
it() {
	jq -e "$1" "$OUT/9.9/kernel.json" >/dev/null || {
		cat "$OUT/9.9/kernel.json"
		return 1
	}
}

two_lines() {
	[[ -s $1 && $(wc -l <"$1") == 2 ]]
}

all_gone() {
	local pid
	for pid in "$@"; do
		! kill -0 "$pid" 2>/dev/null || return 1
	done
}

guest_gone() {
	! kill -0 "$(tail -n 1 "$FAKE_PID")" 2>/dev/null
}

test_a_kernel_at_hand_needs_no_archive() {
	begin
	exits 0 matrix KERNELS=9.9
	it '.verdict == "pass" and .release == "9.9.9-amd64" and .accelerator == "tcg"'
	it '.scenarios == [{scenario: "clean", verdict: "pass", why: ""}]'
	jq -e '.verdict == "pass"' "$OUT/matrix.json"
	grep -qE '^clean +pass$' "$OUT/matrix.txt"
}

test_what_a_guest_says_is_the_verdict_and_its_reason_is_shown() {
	begin
	exits 1 matrix KERNELS=9.9 FAKE_GUEST=fail
	it '.verdict == "fail" and .why == ""'
	exits 4 matrix KERNELS=9.9 FAKE_GUEST=skip
	grep -qF 'clean: skip: this kernel has no tbf' "$STDOUT"
}

test_a_panic_is_an_error_with_the_console_kept() {
	begin
	exits 3 matrix KERNELS=9.9 FAKE_GUEST=panic
	it '.verdict == "error" and (.why | contains("Kernel panic - not syncing: Attempted to kill init!"))'
	it '.scenarios[0].verdict == "error"'
	grep -q 'Kernel panic' "$OUT/9.9/console.log"
}

test_a_guest_that_cannot_start_says_why() {
	begin
	exits 3 matrix KERNELS=9.9 FAKE_GUEST=refuse
	it '.why | contains("root cannot be mounted")'
}

test_a_guest_that_hangs_is_ended_at_its_deadline() {
	begin
	exits 3 matrix KERNELS=9.9 FAKE_GUEST=hang DEADLINE=1
	it '.verdict == "error" and (.why | contains("did not end within 1 s"))'
	guest_gone
	[[ -s $OUT/9.9/console.log ]]
}

test_a_guest_without_a_result_is_an_error() {
	local guest
	for guest in nothing half; do
		begin
		exits 3 matrix KERNELS=9.9 FAKE_GUEST="$guest"
		it '.verdict == "error" and (.why | contains("wrote no result"))'
	done
}

test_an_earlier_result_is_not_taken_for_a_new_one() {
	begin
	exits 0 matrix KERNELS=9.9
	exits 3 matrix KERNELS=9.9 FAKE_GUEST=nothing
}

test_qemu_that_dies_is_named_with_its_words() {
	begin
	exits 3 matrix KERNELS=9.9 FAKE_GUEST=dies
	it '.why | contains("exit code 1: qemu: no such machine")'
}

test_one_bad_kernel_does_not_keep_the_others_from_running() {
	begin
	kernel 10.1 10.1.1
	exits 3 matrix KERNELS='10.1 9.8 9.9'
	jq -e '.verdict == "error" and [.kernels[] | [.kernel, .verdict]] ==
		[["9.8", "error"], ["9.9", "pass"], ["10.1", "pass"]]' "$OUT/matrix.json"
}

test_an_archive_that_refuses_is_an_error_with_its_words() {
	begin
	exits 3 matrix KERNELS=9.8
	jq -e '.verdict == "error" and (.why | contains("http://127.0.0.1:9 were refused"))' \
		"$OUT/9.8/kernel.json"
}

# available: what an archive had when it was last asked
available() {
	mkdir -p "$BUILD/matrix/apt"
	touch "$BUILD/matrix/apt/updated"
	cat >"$BUILD/matrix/apt/available" <<-END
	5.10.209-2 linux-image-5.10.0-28-amd64 bullseye
	6.1.52-1 linux-image-6.1.0-12-amd64 bookworm
	6.1.192-2 linux-image-6.1.0-56-amd64 bookworm-security
	6.12.9-1 linux-image-6.12.9+deb13-amd64 trixie
	6.12.117-1 linux-image-6.12.117+deb13-amd64 trixie
	7.0.1-1 linux-image-7.0.1+deb13-amd64 trixie-backports
	7.0.2-1 linux-image-7.0.2+deb13-amd64 trixie-backports
	7.2.1-1 linux-image-7.2.1+deb13-amd64 trixie-backports
	END
	# Stands in for apt-cache, since there are no lists: 7.0.2 and 7.2.1 have lost their modules.
	mkdir -p "$SCRATCH/lists"
	cat >"$SCRATCH/lists/apt-cache" <<-'END'
	#!/bin/sh
	abi=${3#linux-*-}
	case $3 in
	linux-modules-7.0.2* | linux-modules-7.2.1* | linux-base-7.1.1*) exit 100 ;;
	linux-image-7*) printf 'Depends: linux-base (>= 4), linux-base-%s (= 1), linux-modules-%s (= 1)\n' "$abi" "$abi" ;;
	*) echo "Package: $3" ;;
	esac
	END
	chmod +x "$SCRATCH/lists/apt-cache"
	PATH=$SCRATCH/lists:$PATH
}

test_a_version_that_the_archive_has_not_is_named() {
	begin
	available
	exits 3 matrix KERNELS=99.1
	jq -e '.why | contains("have no kernel 99.1") and contains("bullseye, bookworm and trixie") and contains("KERNELS=list")' "$OUT/99.1/kernel.json"
	exits 0 matrix KERNELS=list
	grep -qE '^6\.12 +6\.12\.117-1 ' "$STDOUT"
}

test_a_package_that_is_refused_is_named() {
	begin
	available
	exits 3 matrix KERNELS=6.12
	jq -e '.why | contains("the download of linux-image-6.12.117+deb13-amd64 was refused")' \
		"$OUT/6.12/kernel.json"
	[[ ! -e $BUILD/matrix/kernels/6.12.117+deb13-amd64 ]]
}

test_the_newest_whole_kernel_that_begins_with_the_version_is_chosen() (
	begin
	available
	# shellcheck disable=SC2034 # for the archive
	WORK=$BUILD/matrix
	# shellcheck source=ci/matrix/lib/archive.sh
	. "$MATRIX/lib/archive.sh"
	chosen() {
		archive_choose "$1" && [[ $CHOICE == "$2" ]]
	}
	chosen 6.1 '6.1.192-2 linux-image-6.1.0-56-amd64'
	chosen 6.12 '6.12.117-1 linux-image-6.12.117+deb13-amd64'
	chosen 6.12.9 '6.12.9-1 linux-image-6.12.9+deb13-amd64'
	chosen 6.1.0-12 '6.1.52-1 linux-image-6.1.0-12-amd64'
	chosen 7.0 '7.0.1-1 linux-image-7.0.1+deb13-amd64' # the newest is not whole
	[[ $(archive_packages linux-image-7.0.1+deb13-amd64 | paste -sd ' ') == \
		'linux-image-7.0.1+deb13-amd64 linux-base-7.0.1+deb13-amd64 linux-modules-7.0.1+deb13-amd64' ]]
	[[ $(archive_packages linux-image-7.1.1+deb13-amd64 | paste -sd ' ') == \
		'linux-image-7.1.1+deb13-amd64 linux-modules-7.1.1+deb13-amd64' ]] # without a base
	if archive_choose 7.2; then return 1; fi
	[[ $WHY == *'no whole kernel 7.2: packages that linux-image-7.2.1+deb13-amd64 needs are missing' ]]
	! archive_choose 5.1
)

test_a_disk_that_is_too_small_is_named_before_the_download() {
	begin
	available
	mkdir -p "$SCRATCH/small"
	printf '#!/bin/sh\necho Avail\necho 10\n' >"$SCRATCH/small/df"
	chmod +x "$SCRATCH/small/df"
	exits 3 matrix KERNELS=6.12 PATH="$SCRATCH/small:$PATH"
	jq -e '.why | contains("only 10 MB are free")' "$OUT/6.12/kernel.json"
}

test_what_is_missing_is_named_with_its_remedy() {
	begin
	exits 3 matrix KERNELS=9.9 QEMU=/nonexistent/qemu
	says 'make deps matrix'
	rm "$BUILD/tcpw-compare"
	exits 3 matrix KERNELS=9.9
	says 'run make'
}

test_what_was_asked_wrongly_is_refused_before_anything_starts() {
	local setting
	begin
	for setting in KERNELS=banana KERNELS=../.. KERNELS='9.9 9.9' SCENARIOS=nonsense SCENARIOS='clean clean' \
		SCENARIOS="clean $TOP/scenarios/clean.scenario.sh" DURATION=x ACCEL=fast DEADLINE=0 REFRESH=2 \
		GUEST_CPUS=0 GUEST_MEMORY=lots DRAW=no JOBS=0 EXPECT_ALL_FEATURES=2 TCPW_SLACK=x; do
		exits 2 matrix KERNELS=9.9 "$setting"
		[[ $(wc -l <"$STDERR") == 1 ]]
	done
	[[ ! -e $OUT && ! -e $FAKE_PID ]]
}

test_a_misspelt_knob_of_makes_command_line_is_refused() {
	begin
	exits 2 matrix KERNELS=9.9 MAKEFLAGS=' -j2 -- DURATON=2 KERNELS=9.9'
	says 'unknown knob DURATON'
	exits 2 matrix KERNELS=9.9 COMMAND=true MAKEFLAGS=' -- DURATION=2' # nobody would hand it on
	says 'unknown knob DURATION'
	exits 2 matrix KERNELS=9.9 COMMAND=true MAKEFLAGS=' -- SCENARIOS=clean'
	says 'unknown knob SCENARIOS'
	[[ ! -e $OUT && ! -e $FAKE_PID ]]
	exits 0 matrix KERNELS=9.9 MAKEFLAGS=' -- DURATION=2 SEED=3 JOBS=1 GUEST_MEMORY=3G V=1'
	# what make writes of COMMAND='A=1 B=2 true' is one word
	exits 0 matrix KERNELS=9.9 COMMAND='A=1 B=2 true' MAKEFLAGS=' -- COMMAND=A=1\ B=2\ true'
	exits 0 matrix KERNELS=9.9 COMMAND=true COMMAND_KNOBS='RECORD LIVE' MAKEFLAGS=' -- LIVE= RECORD=1'
}

# what make itself says, before anything is built
test_seeded_defects_in_other_kernels_are_checked_first() {
	begin
	exits 2 make -s -C "$TOP" matrix-defects KERNELS='9.9 9.9' BUILD="$BUILD"
	grep -q 'KERNELS names 9.9 twice' "$STDERR"
	exits 2 make -s -C "$TOP" matrix-defects KERNELS=9.9 RECORDS=1 BUILD="$BUILD"
	grep -q 'unknown knob RECORDS' "$STDERR"
	[[ ! -e $BUILD/timeline ]]
}

test_the_workflow_lets_a_guest_reach_its_deadline() {
	local file=$TOP/.github/workflows/matrix.yml minutes deadline
	minutes=$(sed -nE 's/^ +timeout-minutes: ([0-9]+).*/\1/p' "$file")
	deadline=$(sed -nE 's/^ +DEADLINE: ([0-9]+)$/\1/p' "$file")
	((deadline > 0 && minutes * 60 >= deadline + 900)) # packages, compiling, downloading
}

test_a_module_that_cannot_be_unpacked_is_an_error() {
	begin
	local modules=$BUILD/matrix/kernels/9.9.9-amd64/root/lib/modules/9.9.9-amd64
	sed -i 's,9p/9p\.ko,&.lzma,' "$modules/modules.dep"
	mv "$modules"/kernel/9p/9p.ko{,.lzma}
	exits 3 matrix KERNELS=9.9
	it '.why | contains("the module 9p.ko.lzma of the kernel 9.9.9-amd64 cannot be unpacked")'
}

test_kvm_that_does_not_carry_a_guest_is_not_used() {
	begin
	exits 3 matrix KERNELS=9.9 ACCEL=kvm
	it '.why | contains("ACCEL=tcg emulates")'
	exits 0 matrix KERNELS=9.9 ACCEL=auto
	it '.accelerator == "tcg"'
}

test_a_matrix_that_is_ended_leaves_no_guest() {
	local signal pid
	for signal in TERM KILL; do
		begin
		FAKE_GUEST=hang KERNELS=9.9 "$MATRIX/run" >/dev/null 2>&1 &
		pid=$!
		eventually 20 test -s "$FAKE_PID"
		kill -"$signal" "$pid"
		wait "$pid" || true
		eventually 5 guest_gone
	done
}

test_modules_come_after_those_that_they_need() (
	local modules=$SCRATCH/tree/lib/modules/1
	mkdir -p "$modules"
	cat >"$modules/modules.dep" <<-END
	kernel/fs/9p/9p.ko.xz: kernel/fs/netfs.ko.xz kernel/net/9pnet.ko.xz kernel/fs/fscache.ko.xz
	kernel/net/9pnet_virtio.ko.xz: kernel/net/9pnet.ko.xz
	kernel/net/9pnet.ko.xz:
	END
	echo kernel/fs/overlayfs/overlay.ko >"$modules/modules.builtin"
	# shellcheck source=ci/matrix/lib/initramfs.sh
	. "$MATRIX/lib/initramfs.sh"
	[[ $(modules_in_order "$SCRATCH/tree" 1 9pnet_virtio 9p overlay | xargs -n 1 basename | paste -sd ' ') == \
		'9pnet.ko.xz 9pnet_virtio.ko.xz fscache.ko.xz netfs.ko.xz 9p.ko.xz' ]]
	! modules_in_order "$SCRATCH/tree" 1 nonsense 2>/dev/null
)

test_results_of_several_jobs_are_merged_and_a_missing_one_is_an_error() {
	begin
	exits 0 matrix KERNELS=9.9 OUT="$SCRATCH/jobs/a"
	kernel 10.1 10.1.1
	exits 4 matrix KERNELS=10.1 OUT="$SCRATCH/jobs/b" FAKE_GUEST=skip
	exits 4 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/jobs"
	grep -qE '^clean +pass +skip$' "$SCRATCH/merged/matrix.txt"
	exits 3 env EXPECT='9.9 11.2' "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/jobs"
	grep -qF 'no job brought a result' "$STDOUT"
	mkdir -p "$SCRATCH/empty"
	exits 3 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/empty"
	says 'nothing to merge'
	exits 3 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/nowhere"
	says 'is not there'
	echo '[]' >"$SCRATCH/empty/kernel.json"
	exits 3 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/empty"
	exits 2 "$MATRIX/merge" "$SCRATCH/merged"
}

# under TITLE PAGE: the rows of that table
under() {
	awk -v title="## $1" '/^## / { on = $0 == title } on && /^\| `/' "$2"
}

test_the_field_matrix_is_what_headers_and_reports_show() {
	local page=$SCRATCH/merged/field-matrix.md
	begin
	exits 0 matrix KERNELS=9.9 OUT="$SCRATCH/fields/a" FAKE_FIELDS='rtt total_retrans cb_srtt:rtt total_retrans uid'
	kernel 10.1 10.1.1
	exits 0 matrix KERNELS=10.1 OUT="$SCRATCH/fields/b" FAKE_FIELDS='rtt total_retrans rehash:rtt rehash'
	exits 0 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/fields"
	grep -qxF '| field | 9.9 | 10.1 |' "$page"
	grep -qxF '| `rtt` | pni | pni |' "$page"
	grep -qxF '| `total_retrans` | pni | pi |' "$page"
	grep -qxF '| `rehash` | – | pn |' "$page"
	grep -qxF '| `cb_srtt` | p | – |' "$page"
	grep -qxF '| `uid` | n | – |' "$page"
	[[ $(grep -c '^## ' "$page") == 3 ]]
}

test_what_a_congestion_control_publishes_is_a_group_of_its_own() {
	local page=$SCRATCH/merged/field-matrix.md
	begin
	exits 0 matrix KERNELS=9.9 OUT="$SCRATCH/cc/a" FAKE_FIELDS='rtt:rtt vegas_rtt bbr_bw uid'
	kernel 10.1 10.1.1
	exits 0 matrix KERNELS=10.1 OUT="$SCRATCH/cc/b" FAKE_FIELDS='rtt bbr_bw vegas_rtt:rtt bbr_bw vegas_rtt'
	exits 0 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/cc"
	[[ $(under 'struct tcp_info' "$page") == '| `rtt` | pni | pni |'$'\n''| `total_retrans` | i | i |' ]]
	[[ $(under 'Congestion control' "$page" | sort) == '| `bbr_bw` | n | pn |'$'\n''| `vegas_rtt` | n | pn |' ]]
	[[ $(under inet_diag "$page") == '| `uid` | n | – |' ]]
	command -v gnuplot >/dev/null || return 0
	exits 0 env DRAW=1 "$MATRIX/merge" "$SCRATCH/merged" "$SCRATCH/cc"
	grep -qF '>rtt<' "$SCRATCH/merged/field-matrix.svg"
	if grep -qF '>bbr_bw<' "$SCRATCH/merged/field-matrix.svg"; then return 1; fi
}

test_a_page_links_only_what_is_beside_it() {
	local page=$OUT/field-matrix.md
	begin
	exits 0 matrix KERNELS=9.9 DRAW=0 FAKE_FIELDS='rtt:rtt'
	[[ -s $page ]]
	if grep -qF '](' "$page"; then return 1; fi
	command -v gnuplot >/dev/null || return 0
	exits 0 matrix KERNELS=9.9 DRAW=1 FAKE_FIELDS='rtt:rtt'
	[[ $(grep -oE '\]\([^)]*\)' "$page") == '](field-matrix.svg)' && -s $OUT/field-matrix.svg ]]
	exits 0 matrix KERNELS=9.9 DRAW=0 FAKE_FIELDS='rtt:rtt' # an earlier figure is not of this run
	[[ ! -e $OUT/field-matrix.svg ]]
}

test_the_field_matrix_is_drawn_and_without_runs_refused() {
	command -v gnuplot >/dev/null || return 0
	begin
	exits 0 matrix KERNELS=9.9 DRAW=1 FAKE_FIELDS='rtt snd_wnd:rtt snd_wnd'
	xmllint --noout "$OUT/field-matrix.svg"
	grep -qF '>snd_wnd<' "$OUT/field-matrix.svg"
	exits 0 env DOCS="$SCRATCH/docs" "$MATRIX/fields" "$OUT"
	cmp <(sed 's,field-matrix.svg,images/field-matrix.png,; s,docs/fields.md of the project,[fields.md](fields.md),' "$OUT/field-matrix.md") "$SCRATCH/docs/field-matrix.md"
	[[ -s $SCRATCH/docs/images/field-matrix.png ]]
	exits 0 matrix KERNELS=9.9 OUT="$SCRATCH/bare"
	[[ ! -e $SCRATCH/bare/field-matrix.md ]]
	exits 3 env DOCS="$SCRATCH/docs2" "$MATRIX/fields" "$SCRATCH/bare"
	says 'shows no field'
	[[ ! -e $SCRATCH/docs2/field-matrix.md ]]
	exits 2 "$MATRIX/fields" "$SCRATCH"
	exits 2 "$MATRIX/fields" ''
}

test_guests_run_at_once_and_an_end_of_the_matrix_ends_them_all() {
	local pid pids
	begin
	kernel 10.1 10.1.1
	FAKE_PID=$SCRATCH/pids FAKE_GUEST=hang KERNELS='9.9 10.1' JOBS=2 "$MATRIX/run" >/dev/null 2>&1 &
	pid=$!
	eventually 20 two_lines "$SCRATCH/pids"
	mapfile -t pids <"$SCRATCH/pids"
	kill -KILL "$pid"
	wait "$pid" || true
	eventually 5 all_gone "${pids[@]}"
}

test_a_clock_that_runs_wrong_is_told() (
	# shellcheck source=ci/matrix/lib/clock.sh
	. "$MATRIX/lib/clock.sh"
	[[ -z $(clock_wrong '1000 10' '1100 112') && -z $(clock_wrong '1000 10' '1100 108') ]]
	[[ $(clock_wrong '1000 10' '1100 510') == *'ran 500 s while 100 s passed'* ]]
	[[ $(clock_wrong '1000 10' '1100 60') == *'ran 50 s while 100 s passed'* ]]
	[[ -z $(clock_wrong '' '') ]] # no RTC
)

bounds_of() (
	# shellcheck disable=SC2034 # for the bounds
	TCPW_ACCELERATOR=$1
	# shellcheck source=scenarios/lib/knobs.sh
	. "$TOP/scenarios/lib/knobs.sh"
	bound coverage.netlink_share_min 0.8
	bound coverage.probe_lost_max 0
	bound coverage.gap_p99_ms_max 200
	bound statistics.rtt.mae_max 500
	[[ $(bounds_json | jq -cS .) == "$2" ]]
)
test_bounds_of_statistics_depend_on_the_accelerator_and_on_nothing_else() {
	local all='{"coverage":{"gap_p99_ms_max":200,"netlink_share_min":0.8,"probe_lost_max":0},"statistics":{"rtt":{"mae_max":500}}}'
	bounds_of tcg '{"coverage":{"probe_lost_max":0}}'
	bounds_of kvm "$all"
	bounds_of '' "$all"
}

test_the_benchmark_tells_of_a_virtual_machine() {
	((EUID == 0)) || return 0
	printf '#!/bin/sh\necho "{\\"bench\\": \\"compare\\", \\"ratio\\": 5}"\n' >"$SCRATCH/bench"
	chmod +x "$SCRATCH/bench"
	exits 0 env -u TCPW_ACCELERATOR BENCHES="$SCRATCH/bench" OUT="$SCRATCH/cost" "$TOP/ci/bench.sh"
	jq -e '.accelerator == null and (.results | length) == 1' "$SCRATCH/cost/bench.json"
	if grep -q 'virtual machine' "$STDOUT"; then return 1; fi
	exits 0 env TCPW_ACCELERATOR=tcg BENCHES="$SCRATCH/bench" OUT="$SCRATCH/cost" "$TOP/ci/bench.sh"
	jq -e '.accelerator == "tcg"' "$SCRATCH/cost/bench.json"
	grep -qF 'in a virtual machine (tcg)' "$STDOUT"
}

run_tests

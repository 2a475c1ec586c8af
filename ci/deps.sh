#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Installs the packages that building, running and testing need, on Debian and Ubuntu; only those
# that are missing, so it is quick and silent when nothing is. `make deps` calls it;
# `make deps matrix` with the argument matrix, for what virtual machines need too.
set -euo pipefail

PACKAGES=(
	gcc make clang libc6-dev # build
	libbpf-dev libelf-dev zlib1g-dev libmnl-dev libcjson-dev
	libcmocka-dev # unit tests
	iperf3 iproute2 ethtool util-linux procps jq # scenarios
	gnuplot-nox # plots
	shellcheck libxml2-utils # tests
)
MATRIX_PACKAGES=(qemu-system-x86 busybox-static kmod xz-utils debian-archive-keyring)

die() {
	printf 'make deps: %s\n' "$2" >&2
	exit "$1"
}

installed() {
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# bpftool is a package of Debian; on Ubuntu it comes with the running kernel's linux-tools.
add_bpftool() {
	if apt-cache show bpftool 2>/dev/null | grep -q '^Filename:'; then
		MISSING+=(bpftool)
	else
		MISSING+=(linux-tools-common "linux-tools-$(uname -r)")
	fi
}

main() {
	local p log missing_bpftool=''
	command -v apt-get >/dev/null || die 4 "there is no apt-get here: install these by your own package manager: ${PACKAGES[*]} bpftool"

	[[ ${1:-} != matrix ]] || PACKAGES+=("${MATRIX_PACKAGES[@]}")
	MISSING=()
	for p in "${PACKAGES[@]}"; do
		# Any gnuplot with the cairo terminals will do.
		[[ $p != gnuplot-nox ]] || ! { installed gnuplot-x11 || installed gnuplot-qt; } || continue
		installed "$p" || MISSING+=("$p")
	done
	command -v bpftool >/dev/null || [[ -x /usr/sbin/bpftool ]] || missing_bpftool=1
	((${#MISSING[@]})) || [[ $missing_bpftool ]] || exit 0
	((EUID == 0)) || die 4 "installing ${MISSING[*]}${missing_bpftool:+ bpftool} needs root: sudo make deps"

	export DEBIAN_FRONTEND=noninteractive
	log=$(mktemp)
	# shellcheck disable=SC2064 # the name is known now
	trap "rm -f '$log'" EXIT
	# A mirror that cannot be reached now is no reason to stop if the lists at hand suffice.
	apt-get -q update >"$log" 2>&1 || cat "$log" >&2
	[[ -z $missing_bpftool ]] || add_bpftool
	printf 'make deps: installing %s\n' "${MISSING[*]}"
	if ! apt-get -qy --no-install-recommends install "${MISSING[@]}" >"$log" 2>&1; then
		cat "$log" >&2
		die 3 "apt-get could not install ${MISSING[*]}: its words are above"
	fi
}

main "$@"

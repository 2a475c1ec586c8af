# shellcheck shell=bash disable=SC2034 # WHY and KERNEL are for the matrix
# SPDX-License-Identifier: BSD-2-Clause
# Kernels of Debian's archive, by apt itself with a configuration of our own: an own list of sources,
# own state and cache below $WORK/apt. Of the machine's configuration only Acquire is kept (proxies
# and the like); signatures are those of debian-archive-keyring, and unsigned sources are refused.
#
#	$WORK/kernels/ABI/root		what the packages hold, unpacked
#	$WORK/kernels/ABI/kernel.json	release, package and version
#	$WORK/kernels/ABI.for/REQUEST	exists: REQUEST ("6.12") was answered by this kernel
#
# What is there is used without asking the archive; REFRESH=1 asks again.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# The newest are those of trixie-backports. archive_choose() tells what is asked.
SUITES=(debian:bullseye debian-security:bullseye-security debian:bookworm
	debian-security:bookworm-security debian:bookworm-backports debian:trixie
	debian-security:trixie-security debian:trixie-backports)
NEED_MB=1500 # a kernel downloaded and unpacked at once, with room for its results

# archive_open: the private configuration; sets APT_CONFIG for every apt from here on
archive_open() {
	local apt=$WORK/apt entry
	[[ -f $KEYRING ]] ||
		die 3 "$KEYRING is missing, without which no package can be verified: install debian-archive-keyring"
	mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,none}
	: >"$apt/status"
	for entry in "${SUITES[@]}"; do
		printf 'deb [arch=amd64 signed-by=%s] %s/%s %s main\n' "$KEYRING" "$MIRROR" \
			"${entry%:*}" "${entry#*:}"
	done >"$apt/sources.list"
	(
		umask 077 # a proxy's address may hold a password
		{
			env -u APT_CONFIG apt-config dump | grep '^Acquire::' || true
			cat <<-END
			Acquire::AllowInsecureRepositories "0";
			Acquire::AllowWeakRepositories "0";
			Acquire::Retries "3";
			Acquire::GzipIndexes "1";
			Acquire::Languages "none";
			APT::Architecture "amd64";
			APT::Architectures { "amd64"; };
			APT::Sandbox::User "root";
			Dir::Etc::parts "$apt/none";
			Dir::Etc::main "$apt/none.conf";
			Dir::Etc::sourcelist "$apt/sources.list";
			Dir::Etc::sourceparts "$apt/none";
			Dir::Etc::preferences "$apt/none.conf";
			Dir::Etc::preferencesparts "$apt/none";
			Dir::State "$apt/state";
			Dir::State::status "$apt/status";
			Dir::Cache "$apt/cache";
			END
		} >"$apt/apt.conf"
	)
	export APT_CONFIG=$apt/apt.conf
}

# archive_words LOG: the first thing that apt complained of
archive_words() {
	grep -m 1 '^E: ' "$1" | sed 's/^E: //' || tail -n 1 "$1"
}

# archive_update: the lists, unless they are there; false with WHY
archive_update() {
	local log=$WORK/apt/log
	[[ ! -e $WORK/apt/updated || $REFRESH == 1 && -z ${ARCHIVE_FRESH:-} ]] || return 0
	say "reading the package lists of $MIRROR"
	# A source that fails is only a warning to apt: without all of them a version could be missed.
	if ! setpriv --pdeathsig TERM apt-get -q -o APT::Update::Error-Mode=any update >"$log" 2>&1 </dev/null; then
		WHY="the package lists of $MIRROR were refused: $(archive_words "$log")"
		return 1
	fi
	touch "$WORK/apt/updated"
	rm -f "$WORK/apt/available"
	ARCHIVE_FRESH=1
}

# archive_available: lines "VERSION PACKAGE SUITE", oldest first
archive_available() {
	local names
	if [[ ! -s $WORK/apt/available ]]; then
		mapfile -t names < <(apt-cache pkgnames linux-image- |
			grep -E '^linux-image-[0-9]+\.[0-9]+\.[0-9][^ ]*-amd64$' | grep -vE -- '-(rt|cloud)-amd64$')
		((${#names[@]})) || return 1
		apt-cache madison "${names[@]}" |
			sed -nE 's/^ *([^ ]+) \| +([^ ]+) \| [^ ]+ ([^ ]+)\/main amd64 Packages$/\2 \1 \3/p' |
			sort -V -u -k 1,2 >"$WORK/apt/available.part"
		mv "$WORK/apt/available.part" "$WORK/apt/available"
	fi
	cat "$WORK/apt/available"
}

# archive_matches REQUEST: lines "VERSION PACKAGE" that begin with it, at a boundary, newest first;
# false without one. A request may name the version (6.1.192) or the package's own name (6.1.0-56).
archive_matches() {
	archive_available | awk -v want="$1" '
		function begins(text) {
			return index(text, want) == 1 && substr(text, length(want) + 1, 1) !~ /[0-9]/
		}
		{ name = $2; sub(/^linux-image-/, "", name) }
		begins($1) || begins(name) { found[n++] = $1 " " $2 }
		END { for (i = n; i > 0; i--) print found[i - 1]; exit n == 0 }'
}

# archive_choose REQUEST: the newest "VERSION PACKAGE" that begins with it and is whole: the archive
# lists images whose modules it has removed. False with WHY.
archive_choose() {
	local version package matches
	matches=$(archive_matches "$1") || {
		WHY="Debian's bullseye, bookworm and trixie, with security and backports of the latter two, have no kernel $1: make matrix KERNELS=list lists what they have"
		return 1
	}
	while read -r version package; do
		archive_packages "$package" >/dev/null || continue
		CHOICE="$version $package"
		return 0
	done <<<"$matches"
	WHY="Debian's bullseye, bookworm and trixie have no whole kernel $1: packages that ${matches##* } needs are missing"
	return 1
}

# archive_packages IMAGE: it and what it depends on of the same build. Newer kernels are split. Their
# linux-base-ABI, which holds modules.builtin and the configuration in 7.3, is taken if the archive has it:
# with others it is missing, and holds nothing that boots. False if another one is missing.
archive_packages() {
	local abi=${1#linux-image-} todo=("$1") seen=' ' name record
	while ((${#todo[@]})); do
		name=${todo[0]} todo=("${todo[@]:1}")
		[[ $seen != *" $name "* ]] || continue
		seen+="$name "
		record=$(apt-cache show --no-all-versions "$name" 2>/dev/null) || {
			[[ $name == linux-base-* ]] || return 1
			continue
		}
		printf '%s\n' "$name"
		mapfile -t -O "${#todo[@]}" todo < <(sed -nE 's/^(Pre-)?Depends: //p' <<<"$record" |
			tr ',|' '\n' | awk '{ print $1 }' |
			grep -E "^linux-(base|binary|modules[a-z-]*)-${abi//[.+]/.}\$" || true)
	done
}

# cached REQUEST: prints the folder of the kernel that answered it before; false without one
archive_cached() {
	local mark
	for mark in "$WORK"/kernels/*.for/"$1"; do
		[[ -e $mark && -s ${mark%.for/*}/kernel.json ]] || continue
		printf '%s\n' "${mark%.for/*}"
		return 0
	done
	return 1
}

# archive_room: false with WHY if the disk is too small
archive_room() {
	local free
	free=$(df --output=avail -m "$WORK" | tail -n 1)
	((free >= NEED_MB)) || {
		WHY="only ${free// /} MB are free in $WORK and a kernel needs $NEED_MB: free some, or choose another BUILD"
		return 1
	}
}

# archive_unpack PACKAGE ABI VERSION: downloads, verifies and unpacks to $WORK/kernels/ABI; false
# with WHY
archive_unpack() {
	local abi=$2 dir=$WORK/kernels/$2 log=$WORK/apt/log packages release deb
	archive_room || return 1
	rm -rf "$dir" "$dir.part"
	mkdir -p "$dir.part/debs" "$dir.part/root"
	mapfile -t packages < <(archive_packages "$1")
	say "downloading ${packages[*]}"
	if ! (cd "$dir.part/debs" && setpriv --pdeathsig TERM apt-get -q download "${packages[@]}") >"$log" 2>&1 </dev/null; then
		WHY="the download of $1 was refused: $(archive_words "$log")"
		return 1
	fi
	for deb in "$dir.part"/debs/*.deb; do
		dpkg-deb --extract "$deb" "$dir.part/root" 2>"$log" || {
			WHY="${deb##*/} could not be unpacked: $(tail -n 1 "$log")"
			return 1
		}
	done
	rm -rf "$dir.part/debs"
	# Some packages have /usr/lib/modules, depmod and modprobe want /lib/modules.
	[[ -e $dir.part/root/lib/modules || ! -d $dir.part/root/usr/lib/modules ]] ||
		{ mkdir -p "$dir.part/root/lib" && ln -s ../usr/lib/modules "$dir.part/root/lib/modules"; }
	release=$(basename "$(echo "$dir.part"/root/lib/modules/*)")
	depmod -b "$dir.part/root" "$release" 2>"$log" || {
		WHY="depmod failed for $release: $(tail -n 1 "$log")"
		return 1
	}
	jq -n --arg release "$release" --arg package "$1" --arg version "$3" \
		'{release: $release, package: $package, version: $version}' >"$dir.part/kernel.json"
	mv "$dir.part" "$dir"
}

# archive_fetch REQUEST: sets KERNEL, the folder of a kernel that answers it; false with WHY
archive_fetch() {
	local version package abi
	if [[ $REFRESH != 1 ]] && KERNEL=$(archive_cached "$1"); then
		return 0
	fi
	archive_open
	archive_update || return 1
	archive_choose "$1" || return 1
	read -r version package <<<"$CHOICE"
	abi=${package#linux-image-}
	KERNEL=$WORK/kernels/$abi
	[[ -s $KERNEL/kernel.json ]] || archive_unpack "$package" "$abi" "$version" || return 1
	rm -f "$WORK"/kernels/*.for/"$1"
	mkdir -p "$KERNEL.for"
	: >"$KERNEL.for/$1"
}

# archive_list: what may be asked for
archive_list() {
	archive_open
	archive_update || die 3 "$WHY"
	printf '%-10s %-24s %s\n' KERNELS= version package
	archive_available | awk '{
			split($1, part, "."); sub(/[^0-9].*/, "", part[2])
			printf "%-10s %-24s %s (%s)\n", part[1] "." part[2], $1, $2, $3 }'
}

# shellcheck shell=bash disable=SC2034 # NAMES is for the caller
# SPDX-License-Identifier: BSD-2-Clause
# What a user may have got wrong, refused alike by whatever asks for it; the caller has die().

# check_overrides "OWN ..." KNOWN ...: a misspelt knob on make's command line would go unnoticed. OWN are
# the caller's own knobs, KNOWN those of its scenarios.
check_overrides() {
	local own=$1 word words name known
	shift
	known=" $own $* RUN V WERROR BUILD PREFIX DESTDIR CC CLANG BPFTOOL CFLAGS CPPFLAGS LDFLAGS VALGRIND UNIT_ENV "
	known=${known//[$'\n\t']/ }
	# make writes a space inside a value as "\ ", which read takes as a part of the word.
	# shellcheck disable=SC2162
	read -d '' -a words <<<"${MAKEFLAGS:-}" || true
	for word in "${words[@]}"; do
		name=${word%%=*}
		[[ $word == *=* && $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
		[[ $known == *" $name "* || $name == TCPW_* || $name == IPERF3 ]] ||
			die 2 "unknown knob $name: there are $(tr -s ' \t' '\n' <<<"$own $*" | sort -u | paste -sd ' ')"
	done
}

# check_names NAME_OR_FILE ...: sets NAMES, the name of each; a run's directory has its name, so that
# one would overwrite the other
check_names() {
	local word name
	NAMES=()
	for word in "$@"; do
		name=${word##*/}
		name=${name%.scenario.sh}
		[[ " ${NAMES[*]} " != *" $name "* ]] ||
			die 2 "SCENARIOS names $name twice: the second run would replace the first"
		NAMES+=("$name")
	done
}

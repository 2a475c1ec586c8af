# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Knobs: named settings with a default, a type and a sentence; and the bounds a scenario declares.
#
# A knob's value comes from KNOB=VALUE arguments, else from the environment, else from the default;
# it ends in a shell variable of the knob's name.

declare -A KNOB_DEFAULT=() KNOB_TYPE=() KNOB_HELP=()
KNOBS=()  # in the order of declaration
BOUNDS=() # "path=value" for the manifest

# knob NAME DEFAULT TYPE SENTENCE
# TYPE: int:MIN:MAX, number:MIN:MAX, rate (bit/s, with K M G), time:MIN:MAX (100ms),
# span:MIN:MAX (1s:400ms, or none), one:A:B:..., list:A:B:..., word
knob() {
	[[ -n ${KNOB_TYPE[$1]:-} ]] || KNOBS+=("$1")
	KNOB_DEFAULT[$1]=$2 KNOB_TYPE[$1]=$3 KNOB_HELP[$1]=$4
}

# default NAME VALUE: a scenario's own default for a knob declared before
default() {
	[[ -n ${KNOB_TYPE[$1]:-} ]] || die 3 "the scenario changes the default of an unknown knob $1"
	KNOB_DEFAULT[$1]=$2
}

# bound PATH VALUE, e.g. bound statistics.rtt.mae_max 500
bound() {
	BOUNDS+=("$1=$2")
}

# emulated STATEMENT ...: holds only where the processor is emulated, at a tenth of the speed or less
emulated() {
	[[ ${TCPW_ACCELERATOR:-} != tcg ]] || "$@"
}

# What every scenario has.
knob DURATION 10 int:1:3600 'seconds of traffic'
knob SEED 1 int:0:4294967295 'seed of every random choice of the path'
knob STREAMS 1 int:1:128 'parallel streams of iperf3'
knob BITRATE 0 rate 'bit/s that each stream is paced to, 0: as fast as it goes'
knob FAMILY inet one:inet:inet6 'address family of the flows'
knob CONGESTION cubic word 'congestion control of both ends'
knob PORT 5201 int:1:65535 'port of the iperf3 server'
knob IPERF3_INTERVAL 0.1 number:0.1:60 'seconds between the reports of iperf3'
knob PROBE_MODES rtt,segment list:rtt:poll:state:segment 'capture modes of tcpw-probe'
knob PROBE_RING auto one:auto:64K:128K:256K:512K:1024K:2048K:4096K:8192K:16384K:32768K:65536K:131072K:262144K:524288K:1048576K 'room for its samples until they are written; auto: 131072K where 4 GB are free, else 32768K'
knob PROBE_INTERVAL 100ms time:1ms:3600s 'interval of its poll mode'
knob PRIORITY realtime one:realtime:normal 'at which collectors and calibration run, realtime where it is allowed'
knob NETLINK_MODE exact one:exact:filter:full 'how tcpw-netlink asks'
knob NETLINK_INTERVAL 10ms time:10us:3600s 'interval at which it asks'
# A request takes a ms there, several flows take all of a processor.
emulated default NETLINK_INTERVAL 50ms

knobs_describe() {
	local k
	for k in "${KNOBS[@]}"; do
		printf '  %-18s %s (%s)\n' "$k=${KNOB_DEFAULT[$k]}" "${KNOB_HELP[$k]}" "${KNOB_TYPE[$k]//:/ }"
	done
}

# rate_bits RATE: "200M" in bit/s, decimal as iperf3 and tc have it
rate_bits() {
	local digits=${1%[KMG]} factor=1
	case $1 in
	*K) factor=1000 ;;
	*M) factor=1000000 ;;
	*G) factor=1000000000 ;;
	esac
	printf '%s\n' $((10#$digits * factor))
}

# number_in VALUE MIN MAX: decimal fractions, without bc: compared as thousandths
number_in() {
	local v scaled=()
	for v in "$@"; do
		[[ $v =~ ^([0-9]{1,9})(\.([0-9]{1,3}))?$ ]] || return 1
		v=${BASH_REMATCH[3]:-}000
		scaled+=($((10#${BASH_REMATCH[1]} * 1000 + 10#${v:0:3})))
	done
	((scaled[0] >= scaled[1] && scaled[0] <= scaled[2]))
}

# time_ns TIME: sets TIME_NS, whole nanoseconds of what time_in has accepted
time_ns() {
	local fraction factor=1
	[[ $1 =~ ^([0-9]+)(\.([0-9]+))?(us|ms|s)$ ]]
	fraction=${BASH_REMATCH[3]:-}000000
	case ${BASH_REMATCH[4]} in
	ms) factor=1000 ;;
	s) factor=1000000 ;;
	esac
	# shellcheck disable=SC2034 # for the caller
	TIME_NS=$(((10#${BASH_REMATCH[1]} * 1000000 + 10#${fraction:0:6}) * factor / 1000))
}

# time_in VALUE MIN MAX: compared in picoseconds, so that fractions of a microsecond count
time_in() {
	local v fraction scaled=() factor
	for v in "$@"; do
		[[ $v =~ ^([0-9]{1,6})(\.([0-9]{1,6}))?(us|ms|s)$ ]] || return 1
		case ${BASH_REMATCH[4]} in
		us) factor=1 ;;
		ms) factor=1000 ;;
		s) factor=1000000 ;;
		esac
		fraction=${BASH_REMATCH[3]:-}000000
		scaled+=($(((10#${BASH_REMATCH[1]} * 1000000 + 10#${fraction:0:6}) * factor)))
	done
	((scaled[0] >= scaled[1] && scaled[0] <= scaled[2]))
}

knob_check() {
	local name=$1 value=$2 type=${KNOB_TYPE[$1]} min max item
	local words=${type#*:}
	case $type in
	int:*)
		IFS=: read -r _ min max <<<"$type"
		if ! [[ $value =~ ^[0-9]{1,10}$ ]] || ! ((10#$value >= min && 10#$value <= max)); then
			die 2 "$name=$value: must be a whole number from $min to $max"
		fi
		;;
	number:*)
		IFS=: read -r _ min max <<<"$type"
		number_in "$value" "$min" "$max" ||
			die 2 "$name=$value: must be a number from $min to $max"
		;;
	rate)
		if ! [[ $value =~ ^[0-9]{1,12}[KMG]?$ ]] || ! (($(rate_bits "$value") <= 1000000000000)); then
			die 2 "$name=$value: must be a rate in bit/s such as 500K, 200M or 1G, at most 1000G"
		fi
		;;
	time:*)
		IFS=: read -r _ min max <<<"$type"
		time_in "$value" "$min" "$max" ||
			die 2 "$name=$value: must be a time with its unit, such as 500us, 10ms or 1s, from $min to $max"
		;;
	span:*)
		IFS=: read -r _ min max <<<"$type"
		[[ $value == none ]] || { [[ $value == *:* ]] && time_in "${value%%:*}" "$min" "$max" &&
			time_in "${value#*:}" "$min" "$max"; } ||
			die 2 "$name=$value: must be AT:LENGTH, each a time with its unit from $min to $max, such as 1s:400ms, or none"
		;;
	word)
		[[ $value =~ ^[A-Za-z0-9_-]{1,15}$ ]] ||
			die 2 "$name=$value: must be a name of letters, digits, - and _"
		;;
	one:*)
		[[ ":$words:" == *":$value:"* && $value != *:* ]] ||
			die 2 "$name=$value: must be one of ${words//:/, }"
		;;
	list:*)
		[[ $value =~ ^[a-z0-9]+(,[a-z0-9]+)*$ ]] ||
			die 2 "$name=$value: must be a list, separated by commas, of ${words//:/, }"
		for item in ${value//,/ }; do
			[[ ":$words:" == *":$item:"* ]] ||
				die 2 "$name=$value: $item is none of ${words//:/, }"
		done
		;;
	esac
}

# knobs_resolve SCENARIO [KNOB=VALUE ...]
knobs_resolve() {
	local scenario=$1
	shift
	local arg k
	local -A given=()
	for arg in "$@"; do
		k=${arg%%=*}
		[[ $arg == *=* && -n ${KNOB_TYPE[$k]:-} ]] ||
			die 2 "unknown knob $k: $scenario has ${KNOBS[*]}"
		given[$k]=${arg#*=}
	done
	for k in "${KNOBS[@]}"; do
		local value=${given[$k]-${!k-${KNOB_DEFAULT[$k]}}}
		knob_check "$k" "$value"
		[[ ${KNOB_TYPE[$k]} != int:* ]] || value=$((10#$value))
		[[ ${KNOB_TYPE[$k]} != number:* ]] || value=$((10#${value%%.*}))${value#"${value%%.*}"}
		printf -v "$k" '%s' "$value"
	done
	knobs_together
}

# What no single knob can tell; a statement such as emulated_path may define it anew.
knobs_together() { :; }

# The knobs as a JSON object: keys in lower case, DURATION as duration_s.
knobs_json() {
	local k
	for k in "${KNOBS[@]}"; do
		printf '%s\n%s\n%s\n' "$k" "${KNOB_TYPE[$k]%%:*}" "${!k}"
	done | jq -Rn '[inputs] | [range(0; length; 3) as $i | {
		key: (.[$i] | ascii_downcase | if . == "duration" then "duration_s" else . end),
		value: (if .[$i + 1] == "int" or .[$i + 1] == "number" then .[$i + 2] | tonumber
			elif .[$i + 1] == "list" then .[$i + 2] | split(",")
			else .[$i + 2] end)}] | from_entries'
}

# The command that repeats this run; knobs at their default are left out but the first two.
knobs_command() {
	local k text="make ${TCPW_REPEAT:-validate}"
	# A file outside the catalogue has no name there.
	# shellcheck disable=SC2153 # NAME and SCENARIO_FILE are catalogue.sh's
	if [[ $SCENARIO_FILE == "$SCENARIO_DIR/$NAME.scenario.sh" ]]; then
		text+=" SCENARIOS=$NAME"
	else
		text+=" SCENARIOS=$SCENARIO_FILE"
	fi
	for k in "${KNOBS[@]}"; do
		[[ $k == DURATION || $k == SEED || ${!k} != "${KNOB_DEFAULT[$k]}" ]] || continue
		text+=" $k=${!k}"
	done
	printf '%s\n' "$text"
}

# An emulated processor's threads stand still whenever its host wants, unseen by the guest, for any time:
# no bound on shares of ticks, gaps, errors and delays in time is true there, so none is declared, and
# the figures are reported alone. Bounds on losses stay; exact checks have none, and hold.
bounds_json() {
	((${#BOUNDS[@]})) || {
		echo '{}'
		return
	}
	printf '%s\n' "${BOUNDS[@]}" | jq -Rn --arg accelerator "${TCPW_ACCELERATOR:-}" '
		def holds($path): $accelerator != "tcg"
			or ($path | test("_share_min$|_ms_max$|^statistics[.]") | not);
		reduce (inputs | split("=") | select(holds(.[0]))) as [$path, $value]
		({}; setpath($path | split("."); $value | fromjson))'
}

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Did two runs over a relay lose the same at random? Sourced; the caller says TCPW_RELAY.
#
# A fate is a function of the seed, the direction, the flow's number and which bytes are carried for
# the how-manieth time (scenarios/relay/plan.h): not of arrival. So it is proven for what both runs
# carried, and for nothing else: the first transmission of each byte before the nearer of the two
# extents, the nth SYN or FIN if both sent as many. Whether and how often bytes are sent again
# depends on time, so later transmissions are left out; pure ACKs are not in --drops at all.

# ledgers__count FOLDER: how many of FOLDER/drops.first and .second "AGREE DIFFER BEYOND", by what
# carried.first and .second say
ledgers__count() {
	awk 'function both(what) {
			return (extent[1, what] < extent[2, what] ? extent[1, what] : extent[2, what]) + 0
		}
		FILENAME == ARGV[1] || FILENAME == ARGV[2] {
			run = FILENAME == ARGV[1] ? 1 : 2
			extent[run, $1 " " $2 " syn"] = $3 + 0
			extent[run, $1 " " $2 " data"] = $4 + 0
			extent[run, $1 " " $2 " fin"] = $5 + 0
			next
		}
		$3 ~ /^[0-9]+$/ && $4 != 1 { next }
		{ lost[FILENAME == ARGV[3] ? 1 : 2, $0] = 1; all[$0] = 1 }
		END {
			for (drop in all) {
				split(drop, part, " ")
				kind = part[3] ~ /^[0-9]+$/ ? "data" : part[3]
				# offsets count from 0, transmissions from 1
				number = kind == "data" ? part[3] + 1 : part[4] + 0
				if (number > both(part[1] " " part[2] " " kind)) beyond++
				else if (((1, drop) in lost) && ((2, drop) in lost)) agree++
				else differ++
			}
			print agree + 0, differ + 0, beyond + 0
		}' "$1/carried.first" "$1/carried.second" "$1/drops.first" "$1/drops.second"
}

# ledgers__compare FIRST SECOND FOLDER: says it in a line and leaves the lists in FOLDER. 0; 1: they
# are not the same, or nothing could be compared of what there is; 3: a ledger cannot be read.
ledgers__compare() {
	local which path agree differ beyond
	for which in first second; do
		[[ $which == first ]] && path=$1 || path=$2
		"$TCPW_RELAY" --drops "$path" >"$3/drops.$which" || return 3
		"$TCPW_RELAY" --carried "$path" >"$3/carried.$which" || return 3
	done
	read -r agree differ beyond < <(ledgers__count "$3")
	if ((differ)); then
		printf 'random drops: NOT the same, %s agree and %s do not (%s, %s)\n' "$agree" "$differ" \
			"$3/drops.first" "$3/drops.second"
		return 1
	fi
	if ((agree)); then
		printf 'random drops: the same, %s as far as both came, %s beyond that\n' "$agree" "$beyond"
	elif ((beyond)); then
		printf 'random drops: NOT compared, all %s lie beyond what both runs carried (%s, %s)\n' \
			"$beyond" "$3/drops.first" "$3/drops.second"
		return 1
	else
		printf 'random drops: neither run lost a first transmission\n'
	fi
}

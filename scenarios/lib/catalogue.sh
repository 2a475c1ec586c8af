# shellcheck shell=bash disable=SC2034 # what it sets is for the runner and the course
# SPDX-License-Identifier: BSD-2-Clause
# The scenarios: *.scenario.sh files beside `run`. scenarios/README.md says how to write one.

# What moves may count besides fields: compare/moves.h
FLOW_COUNTS=(flows mapped aborted brief older)
PATH_EVENTS=(loss queue blackout too-big ce copy)
MOVES_MAX=8
SCENARIO_DIR=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
NAME=''
HYPOTHESIS=''
DIRECTION=send # of the data, seen from the client
IPERF3_ARGS=() # a scenario's own options for the client
TRAFFIC=iperf3     # or generator
IPERF3_END=well # or error: how its test is expected to end
COLLECTORS=first # or late: started when the flows are there
CLIENT_PORT='' # first local port of the data streams, empty: any
MOVES=()       # "END FIELD MINIMUM MAXIMUM", what must have happened; null: none

# hypothesis LINE LINE: what the run puts to the test
hypothesis() {
	HYPOTHESIS="$*"
}

# direction send|receive: which way the data goes
direction() {
	[[ $1 == send || $1 == receive ]] ||
		die 3 "the scenario $NAME: direction $1: must be send or receive"
	DIRECTION=$1
	[[ $1 == send ]] || IPERF3_ARGS+=(-R)
}

# client_ports FIRST: stream i sends from port FIRST + i - 1
client_ports() {
	CLIENT_PORT=$1
}

# iperf3_ends error: the scenario breaks the test, and iperf3 must say so, at one end at least
iperf3_ends() {
	IPERF3_END=$1
}

# generator: tcpw-generator makes the traffic, not iperf3: FLOWS flows over DURATION seconds
generator() {
	TRAFFIC=generator
	knob FLOWS 400 int:1:4000 'flows, begun evenly over the duration'
	knob REQUEST 200 int:8:100000000 'bytes that the client sends on each'
	knob ANSWER 2000 int:0:100000000 'bytes that the server answers'
}

# collectors late: they start once all data flows are established
collectors() {
	COLLECTORS=$1
}

# is_field NAME: does the catalogue of fields know it?
is_field() {
	grep -q "^[A-Z]*($1," "$(dirname "$SCENARIO_DIR")/timeline/catalogue.def"
}

# moves 'END/FIELD[>=N]' 'END/FIELD<=N' ...: what the scenario is about; a run in which it did not happen is an error
moves() {
	local word place name least most
	# Without quotes, >= is a redirection to a file of the name =N, and <= one from it.
	word=$(readlink "/proc/$$/fd/1")
	if [[ ${word##*/} =~ ^=[0-9]+$ ]]; then
		die 3 "the scenario $NAME: moves $*: put what has >= in it in quotes"
	fi
	((${#MOVES[@]} + $# <= MOVES_MAX)) ||
		die 3 "the scenario $NAME: moves $*: at most $MOVES_MAX statements are judged, and there are $((${#MOVES[@]} + $#))"
	for word in "$@"; do
		[[ $word =~ ^(client|server|path)/([a-z][a-z0-9_-]*)((>=|<=)([1-9][0-9]{0,8}))?$ ]] ||
			die 3 "the scenario $NAME: moves $word: must be client/FIELD, server/FIELD or path/EVENT, with >=N or <=N if it has to rise or fall to a number"
		name=${BASH_REMATCH[2]}
		least=null most=null
		case ${BASH_REMATCH[4]} in
		'>=') least=${BASH_REMATCH[5]} ;;
		'<=') most=${BASH_REMATCH[5]} ;;
		esac
		place=${BASH_REMATCH[1]}
		MOVES+=("$place $name $least $most")
		[[ $most == null || ($place != path && " ${FLOW_COUNTS[*]} " != *" $name "*) ]] ||
			die 3 "the scenario $NAME: moves $word: <=N is for fields; what is counted can only reach a number, with >=N"
		if [[ $place == path ]]; then
			[[ " ${PATH_EVENTS[*]} " == *" $name "* ]] ||
				die 3 "the scenario $NAME: moves $word: a path counts ${PATH_EVENTS[*]}"
		else
			[[ " ${FLOW_COUNTS[*]} " == *" $name "* ]] || is_field "$name" ||
				die 3 "the scenario $NAME: moves $word: docs/fields.md knows no field $name"
		fi
	done
}

catalogue_names() {
	local f
	for f in "$SCENARIO_DIR"/*.scenario.sh; do
		f=${f##*/}
		printf '%s\n' "${f%.scenario.sh}"
	done
}

# catalogue_load NAME_OR_FILE: sets NAME, SCENARIO_FILE, HYPOTHESIS; defines the scenario's functions
catalogue_load() {
	case $1 in
	*/*)
		[[ -f $1 && $1 == *.scenario.sh ]] || die 2 "$1 is not a scenario file (NAME.scenario.sh)"
		SCENARIO_FILE=$(readlink -f "$1")
		;;
	*)
		SCENARIO_FILE=$SCENARIO_DIR/$1.scenario.sh
		[[ $1 =~ ^[a-z0-9][a-z0-9-]*$ && -f $SCENARIO_FILE ]] ||
			die 2 "unknown scenario $1: there are $(catalogue_names | paste -sd ' ')"
		;;
	esac
	NAME=${SCENARIO_FILE##*/}
	NAME=${NAME%.scenario.sh}
	[[ $NAME =~ ^[a-z0-9][a-z0-9-]*$ ]] ||
		die 2 "$NAME is no name for a scenario: use small letters, digits and -"
	# shellcheck source=/dev/null
	. "$SCENARIO_FILE"
	[[ -n $HYPOTHESIS ]] || die 3 "the scenario $NAME states no hypothesis"
	declare -F build_path >/dev/null || die 3 "the scenario $NAME does not define build_path"
}

catalogue_list() {
	local name
	for name in $(catalogue_names); do
		(
			catalogue_load "$name"
			printf '%s\n' "$name"
			fold -s -w 80 <<<"$HYPOTHESIS" | sed 's/ *$//; s/^/    /'
		)
	done
}

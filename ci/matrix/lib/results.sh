# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What came of a kernel, OUT/KERNEL/kernel.json, and the table of all of them.

# result_write SHARE REQUEST KERNEL SECONDS WHY: KERNEL may be empty (never fetched); WHY is the
# harness's own failure, or empty
result_write() {
	local share=$1 about='{}' summary='{}' fields
	[[ -z $3 || ! -s $3/kernel.json ]] || about=$(<"$3/kernel.json")
	# A command is summed up as a scenario of its own name.
	[[ -z $COMMAND || ! -s $share/done ]] ||
		summary=$(jq -cn --arg command "$COMMAND" --arg verdict "$(verdict_name "$(<"$share/done")")" '
			{verdict: $verdict, scenarios: [{scenario: $command, verdict: $verdict,
			why: (if $verdict == "pass" then "" else "its words are in guest.log" end)}]}')
	[[ ! -s $share/summary.json ]] || summary=$(jq -c . "$share/summary.json" 2>/dev/null) || summary='{}'
	fields=$(fields_of "$share")
	jq -n --argjson fields "$fields" --arg kernel "$2" --argjson seconds "$4" --arg why "$5" --arg accelerator "$ACCEL" \
		--arg scenarios "$SCENARIOS" --argjson about "$about" --argjson summary "$summary" '
		{kernel: $kernel} + $about + {accelerator: $accelerator, seconds: $seconds,
		verdict: (if $why != "" then "error" else $summary.verdict // "error" end), why: $why,
		scenarios: (($summary.scenarios // []) as $done | $done + [$scenarios | splits(" +")
			| select(. != "" and (. as $s | $done | all(.scenario != $s)))
			| {scenario: ., verdict: "error", why: "the guest brought no result"}])}
		+ if $fields | any(.[]; length > 0) then {fields: $fields} else {} end' \
		>"$share/kernel.json.part" && mv "$share/kernel.json.part" "$share/kernel.json"
}

# results_merge FILE ...: kernel.json files as one document, oldest kernel first
results_merge() {
	jq -s 'sort_by(.kernel | split("[^0-9]+"; null) | map(tonumber? // 0)) | {
		verdict: ([.[].verdict] as $v | if $v == [] then "error"
			else first(("error", "fail", "skip", "pass") | select(. as $x | $v | index($x))) end),
		kernels: .}' "$@"
}

# results_table FILE: a merged document for people
results_table() {
	jq -r '
		def cell($w): tostring | . + (" " * ([$w - length, 0] | max));
		(reduce .kernels[].scenarios[].scenario as $s ([]; if index($s) then . else . + [$s] end)) as $names
		| ([$names[], "scenario", "together" | length] | max + 2) as $first
		| ([.kernels[].kernel | length] + [5] | max + 2) as $width
		| def row($head; $cells): ($head | cell($first)) + ($cells | map(cell($width)) | add // "")
			| sub(" +$"; "");
		row("scenario"; [.kernels[].kernel]),
		(.kernels as $kernels | $names[] as $s
			| row($s; [$kernels[] | (.scenarios | map(select(.scenario == $s)) | first.verdict) // "-"])),
		row("together"; [.kernels[].verdict]),
		"",
		(.kernels[] | "\(.kernel): \(.release // "no kernel"), \(.accelerator), \(.seconds) s"
			+ (if .why != "" then "\n    error: \(.why)" else "" end),
			(.scenarios[] | select(.verdict != "pass" and .why != "" and .why != "the guest brought no result")
			| "    \(.scenario): \(.verdict): \(.why)"))' "$1"
}

verdict_name() {
	case $1 in
	0) echo pass ;;
	1) echo fail ;;
	4) echo skip ;;
	*) echo error ;;
	esac
}

verdict_code() {
	case $1 in
	pass) echo 0 ;;
	fail) echo 1 ;;
	skip) echo 4 ;;
	*) echo 3 ;;
	esac
}

# fields_tell OUT
fields_tell() {
	local image=""
	if [[ ${DRAW:-1} == 1 ]] && command -v gnuplot >/dev/null && fields_page "$1/matrix.json" "" "" >/dev/null; then
		if fields_draw "$1/matrix.json" "$1/field-matrix.svg"; then
			image=field-matrix.svg
		else
			say "gnuplot could not draw $1/field-matrix.svg"
		fi
	fi
	fields_page "$1/matrix.json" "$image" 'docs/fields.md of the project' >"$1/field-matrix.md" || rm -f "$1/field-matrix.md"
	[[ $image ]] || rm -f "$1/field-matrix.svg"
}

# results_tell OUT FILE ...: merges, writes OUT/matrix.json, OUT/matrix.txt and, if there were runs,
# OUT/field-matrix.md with its figure; prints the table and ends with the exit code of the worst verdict
results_tell() {
	local out=$1 verdict
	shift
	if ! results_merge "$@" >"$out/matrix.json" || ! results_table "$out/matrix.json" >"$out/matrix.txt"; then
		die 3 "cannot write $out/matrix.json: choose another OUT"
	fi
	fields_tell "$out"
	cat "$out/matrix.txt"
	verdict=$(jq -r .verdict "$out/matrix.json")
	printf '%s, in %s\n' "$verdict" "$out"
	exit "$(verdict_code "$verdict")"
}

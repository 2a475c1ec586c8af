# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The field matrix: which witness has which field on which kernel. Nothing here knows a kernel or a
# field: a collector's header names the fields that it found on the kernel it ran on, and iperf3 shows
# what it has by its report.

# fields_of SHARE: what a kernel's runs show, {"probe": [...], "netlink": [...], "iperf3": [...]}; each
# list in the catalogue's order, as the headers have it
fields_of() {
	local witness file
	{
		for witness in probe netlink; do
			for file in "$1"/*/"$witness.jsonl"; do
				[[ ! -s $file ]] || head -n 1 "$file"
			done
		done
		# iperf3's retransmits are the difference of two total_retrans, in netlink's words
		for file in "$1"/*/iperf3.json; do
			[[ ! -s $file ]] || jq -c '{witness: "iperf3", fields: ([.intervals[]?.streams[]? | keys[]] | unique
				- (["rtt", "rttvar", "snd_cwnd", "snd_wnd", "pmtu", "retransmits"] as $known | unique - $known)
				| map(if . == "retransmits" then "total_retrans" else . end))}' "$file" || true
		done
	} 2>/dev/null | jq -Rn '
		def union: reduce .[][] as $f ([]; if index([$f]) then . else . + [$f] end);
		[inputs | fromjson? | select(type == "object")] as $all
		| reduce ("probe", "netlink", "iperf3") as $w ({}; . + {($w): [$all[] | select(.witness == $w) | .fields // []] | union})'
}

# field_groups: {"rtt": "TCPI", ...}, the catalogue's groups
field_groups() {
	sed -nE 's/^(TCPI|SOCK|CALL|CC|ATTR)\(([a-z0-9_]+),.*/\1 \2/p' "$MATRIX/../../timeline/catalogue.def" |
		jq -Rn '[inputs / " " | {(.[1]): .[0]}] | add'
}

# FIELDS, a prelude for jq on a merged document, with $groups: {kernels, rows: [{field, group,
# has: ["pni", ...]}]}. A field that this catalogue does not know (what an older suite brought) goes by
# its witness.
# shellcheck disable=SC2016 # jq's
FIELDS='
	def field_matrix:
		[.kernels[] | select((.fields // {}) | any(.[]; length > 0))] as $kernels
		| ($kernels | reverse | map(.fields)) as $newest
		| def all($w): reduce $newest[][$w][] as $f ([]; if index([$f]) then . else . + [$f] end);
		all("probe") as $probe | all("netlink") as $netlink | all("iperf3") as $iperf3
		| {kernels: [$kernels[] | {kernel, release}], rows: [
			($probe + ($netlink - $probe) + ($iperf3 - $probe - $netlink))[] as $f
			| {field: $f,
			group: ($groups[$f] // (if [$f] | inside($probe) then "SOCK" else "ATTR" end)),
			has: [$kernels[].fields | (if .probe | index([$f]) then "p" else "" end)
				+ (if .netlink | index([$f]) then "n" else "" end)
				+ (if .iperf3 | index([$f]) then "i" else "" end)]}]};'

# fields_page MATRIX_JSON IMAGE MEANING: the page; false if no run showed a field. IMAGE may be empty;
# MEANING is where docs/fields.md is, in Markdown.
fields_page() {
	jq -er --arg image "$2" --arg meaning "$3" --argjson groups "$(field_groups)" "$FIELDS"'
		def table($title; $text; $members): [.rows[] | select(.group | IN($members[]))] as $rows
			| if $rows == [] then empty else
			"", "## \($title)", "", $text, "",
			"| field | \([.kernels[].kernel] | join(" | ")) |", "|---|\(.kernels | map("---|") | add)",
			($rows[] | "| `\(.field)` | \(.has | map(if . == "" then "–" else . end) | join(" | ")) |") end;
		field_matrix | select(.rows != [])
		| "# Field matrix", "",
		"Generated from runs of `make matrix` by `make field-matrix RUN=dir`: do not edit here.", "",
		"Which witness has which field on which kernel, with the same programs on all: **p** the probe, **n**",
		"netlink, **i** what iperf3 prints of it, – nobody. What the fields mean: \($meaning).", "",
		"Kernels: \([.kernels[] | "\(.kernel) is \(.release)"] | join(", ")).", "",
		(if $image != "" then "![fields by kernel and witness](\($image))" else "No figure was drawn." end),
		table("struct tcp_info"; "Known to the probe and to netlink."; ["TCPI"]),
		table("tcp_sock and callbacks"; "Known to the probe alone."; ["SOCK", "CALL"]),
		table("Congestion control"; "What a congestion control publishes of itself; only its own sockets have it. Netlink tells of attributes\nwith which this kernel may answer; the probe of those whose types it knew: of modules that were loaded in\nthese runs, where modules have type information (5.11)."; ["CC"]),
		table("inet_diag"; "Known to netlink alone. Of attributes those with which this kernel may answer."; ["ATTR"])' "$1"
}

# fields_draw MATRIX_JSON OUT.png|OUT.svg
fields_draw() {
	local work rc=0
	work=$(mktemp -d) || return 1
	jq -r --argjson groups "$(field_groups)" "$FIELDS"' field_matrix | (["#"] + [.kernels[].kernel] | join(" ")),
		([.rows[] | select(.group == "TCPI")] | to_entries[] | .key as $row | .value as $r
		| $r.has | to_entries[]
		| [$row, $r.field, .key] + [("p", "n", "i") as $w | if .value | contains($w) then 1 else 0 end]
		| join(" "))' "$1" >"$work/field_matrix.tsv" &&
		gnuplot -c "$PLOTS/field_matrix.gp" "$work" "$work/figure" "${2##*.}" '' 2>"$work/words" &&
		[[ -s $work/figure ]] && cp "$work/figure" "$2" || rc=1
	rm -rf "$work"
	return "$rc"
}

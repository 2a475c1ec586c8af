# SPDX-License-Identifier: BSD-2-Clause
# Compares what ss printed ($ss, one line of ss -tinmeOH --tos) with netlink samples (slurped) taken
# before and after it. Prints one object per comparison: {field, ss, first, last, ok}.

def bps: rtrimstr("bps") | tonumber;                      # bits a second
def us: tonumber * 1000 | round;                          # ss prints ms
def ms: rtrimstr("ms") | tonumber;
def memory:
	{ r: "skmem_rmem_alloc", rb: "skmem_rcvbuf", t: "skmem_wmem_alloc", tb: "skmem_sndbuf",
	  f: "skmem_fwd_alloc", w: "skmem_wmem_queued", o: "skmem_optmem", bl: "skmem_backlog",
	  d: "skmem_drops" } as $names
	| ltrimstr("(") | rtrimstr(")") | split(",")
	| map(capture("^(?<k>[a-z]+)(?<v>[0-9]+)$") | { key: $names[.k], value: (.v | tonumber) });
def bbr:
	ltrimstr("(") | rtrimstr(")") | split(",") | map(split(":") | { key: .[0], value: .[1] })
	| map(if .key == "bw" then { key: "bbr_bw_bits", value: (.value | bps) }
	      elif .key == "mrtt" then { key: "bbr_min_rtt", value: (.value | us) }
	      else { key: "bbr_\(.key)", value: (.value | tonumber * 256 | round) } end);

# What each key:value of ss is called in a timeline, and in which unit.
def pair($k; $v):
	if $k == "skmem" then $v | memory
	elif $k == "bbr" then $v | bbr
	elif $k == "wscale" then $v | split(",")
		| [{ key: "snd_wscale", value: (.[0] | tonumber) }, { key: "rcv_wscale", value: (.[1] | tonumber) }]
	elif $k == "rtt" then $v | split("/")
		| [{ key: "rtt", value: (.[0] | us) }, { key: "rttvar", value: (.[1] | us) }]
	elif $k == "retrans" then $v | split("/")
		| [{ key: "retrans", value: (.[0] | tonumber) }, { key: "total_retrans", value: (.[1] | tonumber) }]
	else { rto: "rto", ato: "ato", rcv_rtt: "rcv_rtt", minrtt: "min_rtt" }[$k] as $time
	| { mss: "snd_mss", rcvmss: "rcv_mss", cwnd: "snd_cwnd", ssthresh: "snd_ssthresh",
	    lastsnd: "last_data_sent", lastrcv: "last_data_recv", lastack: "last_ack_recv",
	    notsent: "notsent_bytes", ino: "inode" }[$k] as $other
	| if $time then [{ key: $time, value: ($v | us) }]
	  elif $k == "busy" then [{ key: "busy_ms", value: ($v | ms) }]
	  elif $k == "sk" then [{ key: "cookie_hex", value: $v }]
	  elif $k == "cgroup" then []
	  else [{ key: ($other // $k), value: ($v | tonumber? // $v) }] end
	end;

def parsed:
	[splits(" +")] | map(select(. != "")) as $t
	| reduce range(2; $t | length) as $i ({}; . + ($t[$i]
		| if . == "ts" then { option_1: 1 } elif . == "sack" then { option_2: 1 }
		  elif . == "app_limited" then { delivery_rate_app_limited: 1 }
		  elif . == "send" then { send_bits: ($t[$i + 1] | bps) }
		  elif . == "pacing_rate" then { pacing_bits: ($t[$i + 1] | split("/")[0] | bps) }
		  elif . == "delivery_rate" then { delivery_bits: ($t[$i + 1] | bps) }
		  elif test("^(cubic|reno|bbr|dctcp|vegas)$") then { cong: . }
		  elif $i > 3 and test("^[a-z_]+:") then
			capture("^(?<k>[a-z_]+):(?<v>.*)$") as $m | pair($m.k; $m.v) | from_entries
		  else {} end))
	| . + { rqueue: ($t[0] | tonumber), wqueue: ($t[1] | tonumber) };

# A sample with what ss derives from it.
def derived:
	def hex: tonumber | [while(. > 0; ./16 | floor) % 16] | reverse
		| map("0123456789abcdef"[.:. + 1]) | join("");
	. + { cookie_hex: (.cookie | hex), busy_ms: (.busy_time / 1000 | floor),
	      option_1: (.options % 2), option_2: (.options / 2 | floor % 2),
	      send_bits: (if .rtt > 0 then .snd_mss * 8000000 / .rtt * .snd_cwnd | round else 0 end),
	      pacing_bits: (.pacing_rate | if type == "number" then . * 8 else . end),
	      delivery_bits: (.delivery_rate * 8),
	      bbr_bw_bits: ((.bbr_bw // 0) * 8) };

($ss | parsed) as $printed
| (map(derived)) as $samples
| $printed | to_entries[] | .key as $field | .value as $v
| [$samples[] | .[$field]] as $seen
| { field: $field, ss: $v, first: $seen[0], last: $seen[-1],
    ok: (if $field | startswith("last_") then $seen[0] <= $v and $v <= $seen[-1]
	 # ss computes in doubles and rounds half to even
	 elif $field == "send_bits" then all($seen[]; . - $v | fabs <= 1)
	 else all($seen[]; . == $v) end) }

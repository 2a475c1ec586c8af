# shellcheck shell=bash disable=SC2034 # WHY is for the matrix
# SPDX-License-Identifier: BSD-2-Clause
# One guest: started, watched until it ends, its time is over or the matrix is gone, ended.

GUEST_PID=''

# boot_stop: end the guest; called by every way out of the matrix
boot_stop() {
	[[ $GUEST_PID ]] || return 0
	kill -KILL "$GUEST_PID" 2>/dev/null || true
	wait "$GUEST_PID" 2>/dev/null || true
	GUEST_PID=''
}

boot_image() {
	local image
	for image in "$1"/root/boot/vmlinuz-* "$1"/root/lib/modules/*/vmlinuz "$1"/root/usr/lib/modules/*/vmlinuz; do
		[[ ! -f $image ]] || { printf '%s\n' "$image" && return 0; }
	done
	return 1
}

boot_config() {
	find "$1/root" -type f \( -name 'config-*' -o -path '*/modules/*/config' \) -print -quit
}

accelerator_options() {
	case $1 in
	tcg) printf '%s\n' -accel tcg,thread=multi ;;
	kvm) printf '%s\n' -accel kvm ;;
	esac
	printf '%s\n' -cpu max
}

# boot_guest KERNEL SHARE SECONDS ACCELERATOR [WORD]: false with WHY if the guest did not end by itself;
# WORD is for ../init
boot_guest() {
	local kernel=$1 share=$2 seconds=$3 image options deadline khz='' rc=0
	image=$(boot_image "$kernel") || {
		WHY="the packages of this kernel hold no vmlinuz"
		return 1
	}
	mapfile -t options < <(accelerator_options "$4")
	# An emulated guest does not find the rate of its counter where the host is loaded: ../tsc_khz.c
	[[ $4 != tcg ]] || khz=$("$TSC_KHZ" 2>&1) || {
		WHY=$khz
		return 1
	}
	: >"$share/console.log"
	# no_timer_check: timer_irq_works() expects ticks while it spins, and panics if a loaded host does not
	# let qemu deliver them ("IO-APIC + timer doesn't work!").
	# The guest goes with this shell, also when that is killed.
	setpriv --pdeathsig KILL nice -n "$NICE" "$QEMU" "${options[@]}" \
		-machine q35 -smp "$GUEST_CPUS" -m "$GUEST_MEMORY" -nodefaults -no-user-config -display none \
		-no-reboot -serial "file:$share/console.log" \
		-virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$share,mount_tag=share,security_model=none" \
		-rtc clock=vm -kernel "$image" -initrd "$kernel/initramfs" \
		-append "console=ttyS0 panic=-1 oops=panic no_timer_check tsc=reliable${khz:+ tsc_early_khz=$khz}\
 random.trust_cpu=on ${5:-}" \
		</dev/null >"$share/qemu.log" 2>&1 &
	GUEST_PID=$!
	deadline=$((SECONDS + seconds))
	while kill -0 "$GUEST_PID" 2>/dev/null; do
		if ((SECONDS >= deadline)); then
			boot_stop
			WHY="the guest did not end within $seconds s and was ended: DEADLINE=seconds grants more"
			return 1
		fi
		jobs_pause 0.3 || { # killed, so that nobody said it
			boot_stop
			exit 3
		}
	done
	wait "$GUEST_PID" || rc=$?
	GUEST_PID=''
	[[ -s $share/qemu.log ]] || rm -f "$share/qemu.log"
	((rc == 0)) || {
		WHY="$QEMU ended with exit code $rc: $(tail -n 1 "$share/qemu.log" 2>/dev/null)"
		return 1
	}
}

# accelerator_choose KERNEL: sets ACCEL to kvm only if it carries a guest to its first process: a
# /dev/kvm may be there and not work. False with WHY if kvm was asked for and does not.
accelerator_choose() {
	local share why=''
	share=$(mktemp -d)
	if [[ ! -w /dev/kvm ]]; then
		why="/dev/kvm is not there or not writable"
	elif ! boot_guest "$1" "$share" 20 kvm tcpw-alive ||
		! grep -q '^tcpw-matrix-alive' "$share/console.log"; then
		why="a guest does not start by /dev/kvm on this machine"
	fi
	rm -rf "$share"
	if [[ $why && $ACCEL == kvm ]]; then
		WHY="$why: ACCEL=tcg emulates"
		return 1
	fi
	WHY=''
	[[ $why ]] && ACCEL=tcg || ACCEL=kvm
}

# console_words SHARE: what the guest's console says of its end, if it says so
console_words() {
	tr -d '\r' <"$1/console.log" | sed -nE 's/^(\[[ 0-9.]+\] )?(Kernel panic - not syncing: .*)/\2/p
		s/^tcpw-matrix: //p' | head -n 1
}

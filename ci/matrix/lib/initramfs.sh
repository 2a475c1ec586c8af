# shellcheck shell=bash disable=SC2034 # WHY is for the matrix
# SPDX-License-Identifier: BSD-2-Clause
# The initramfs: busybox, ../init, and the modules without which the host's root cannot be mounted.
# All others are loaded by the kernel when they are asked for, from the kernel's own folder on the
# host: depmod has run there.

BOOT_MODULES=(virtio_pci 9pnet_virtio 9p overlay)

# modules_in_order ROOT RELEASE MODULE ...: paths below ROOT/lib/modules/RELEASE, each after what it
# depends on; what is built in is left out
modules_in_order() {
	local root=$1/lib/modules/$2
	shift 2
	awk -v wanted="$*" '
		function name(path) {
			sub(/.*\//, "", path); sub(/\.ko.*$/, "", path); gsub(/-/, "_", path)
			return path
		}
		FILENAME ~ /builtin$/ { builtin[name($1)] = 1; next }
		{ split($0, half, /: */); path = half[1]; deps[name(path)] = half[2]; paths[name(path)] = path }
		function take(path) { if (!(path in taken)) { taken[path] = 1; print path } }
		END {
			n = split(wanted, want, " ")
			for (i = 1; i <= n; i++) {
				if (!(want[i] in paths)) {
					if (want[i] in builtin) continue
					print want[i] > "/dev/stderr"
					exit 1
				}
				# modules.dep(5): the last one named must be loaded first
				for (k = split(deps[want[i]], dep, " "); k >= 1; k--) take(dep[k])
				take(paths[want[i]])
			}
		}' "$root/modules.builtin" "$root/modules.dep"
}

# Debian's packages have no others.
unpacked() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*.ko) cat "$1" ;;
	*) return 1 ;;
	esac
}

# initramfs_build KERNEL: KERNEL/initramfs, unless it is newer than what it is made of; false with WHY
initramfs_build() {
	local image=$1/initramfs stage=$1/stage release list path
	[[ ! $image -nt $MATRIX/init || ! $image -nt $MATRIX/lib/initramfs.sh ]] || return 0
	release=$(jq -r .release "$1/kernel.json")
	list=$(modules_in_order "$1/root" "$release" "${BOOT_MODULES[@]}" 2>&1) || {
		WHY="the kernel $release has no module ${list##*$'\n'}, without which the host's root cannot be mounted"
		return 1
	}
	rm -rf "$stage"
	mkdir -p "$stage"/{bin,dev,proc,sys,modules,root}
	cp "$BUSYBOX" "$stage/bin/busybox"
	cp "$MATRIX/init" "$stage/init"
	chmod 755 "$stage/init"
	: >"$stage/modules/order"
	for path in $list; do
		unpacked "$1/root/lib/modules/$release/$path" >"$stage/modules/$(basename "${path%.ko*}").ko" || {
			WHY="the module ${path##*/} of the kernel $release cannot be unpacked: xz and gzip are known"
			return 1
		}
		basename "${path%.ko*}" >>"$stage/modules/order"
	done
	(cd "$stage" && find . | "$BUSYBOX" cpio -o -H newc 2>/dev/null) | gzip -1 >"$image.part"
	rm -rf "$stage"
	mv "$image.part" "$image"
}

# shellcheck shell=bash
# The Linux kernel's own WireGuard as a peer, in a small guest: Debian's cloud kernel under QEMU with an initramfs of
# busybox, wg, ip, ping, iperf3 and perl, on a tap in one of our namespaces. The host's kernel is neither asked nor
# changed. Emulated: right for interoperation, no reference for speed. Source it after lib.sh.

readonly GUEST_CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taltun-test
readonly GUEST_CONTROL=192.168.254 # the host side is .1, the guest .2: commands go here, so that cases may move the rest
readonly GUEST_PACKAGE=linux-image-cloud-amd64

# guest_available: 0, or prints why not.
guest_available() {
  local tool
  [ "$(uname -m)" = x86_64 ] || { echo 'the guest is x86-64 only'; return 1; }
  for tool in qemu-system-x86_64 busybox dash cpio depmod modprobe wg ping iperf3 perl; do
    command -v "$tool" >/dev/null || { echo "no $tool"; return 1; }
  done
}

# guest_image: makes kernel and initramfs once; the kernel package is unpacked, not installed.
guest_image() {
  mkdir -p "$GUEST_CACHE"
  (
    flock 9
    [ -s "$GUEST_CACHE/initrd" ] && [ "$GUEST_CACHE/initrd" -nt "${BASH_SOURCE[0]}" ] && exit 0
    unpack_kernel && pack_initrd
  ) 9>"$GUEST_CACHE/lock"
}

unpack_kernel() {
  local build package
  [ -s "$GUEST_CACHE/vmlinuz" ] && return 0
  build=$(mktemp -d "$GUEST_CACHE/build.XXXXXX") || return 1
  package=$(apt-cache depends "$GUEST_PACKAGE" 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }')
  note "downloading the guest's kernel (${package:-$GUEST_PACKAGE})"
  (cd "$build" && apt-get -qq -o APT::Sandbox::User=root download "${package:-$GUEST_PACKAGE}") &&
    rm -rf "$GUEST_CACHE/kernel" && dpkg-deb -x "$build"/linux-image-*.deb "$GUEST_CACHE/kernel" &&
    # Debian 13 and later put modules under usr/lib.
    { [ -d "$GUEST_CACHE/kernel/lib" ] || ln -s usr/lib "$GUEST_CACHE/kernel/lib"; } &&
    depmod -b "$GUEST_CACHE/kernel" "$(ls "$GUEST_CACHE/kernel/lib/modules")" &&
    cp "$GUEST_CACHE"/kernel/boot/vmlinuz-* "$GUEST_CACHE/vmlinuz"
  local status=$?
  rm -rf "$build"
  return $status
}

pack_initrd() {
  local root applet module order=0
  root=$(mktemp -d "$GUEST_CACHE/root.XXXXXX") || return 1
  mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,etc,modules}
  # timeout too: that of busybox would run its own ping.
  copy_program "$root" busybox dash timeout wg ip ping iperf3 perl
  copy_perl_modules "$root" Socket constant
  ln -s dash "$root/bin/sh" # busybox's own shell would run its own ip and ping
  for applet in $(busybox --list); do
    [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
  done
  # /init loads them in the order of their names.
  for module in $(modprobe -d "$GUEST_CACHE/kernel" -S "$(ls "$GUEST_CACHE/kernel/lib/modules")" -a --show-depends \
    virtio_pci virtio_net virtio-rng wireguard 2>/dev/null | awk '/^insmod/ && !seen[$2]++ { print $2 }'); do
    order=$((order + 1))
    case $module in
      *.xz) xz -dc "$module" ;;
      *) cat "$module" ;;
    esac >"$root/modules/$(printf %03d $order).ko"
  done
  guest_init >"$root/init"
  guest_shell >"$root/bin/guest-shell"
  chmod +x "$root/init" "$root/bin/guest-shell"
  (cd "$root" && find . | cpio -o -H newc --quiet) >"$GUEST_CACHE/initrd.new" &&
    mv "$GUEST_CACHE/initrd.new" "$GUEST_CACHE/initrd"
  local status=$?
  rm -rf "$root"
  return $status
}

copy_program() { # ROOT PROGRAM...: with the libraries they load
  local root=$1 program library
  shift
  for program; do
    program=$(command -v "$program")
    cp -L "$program" "$root/bin/"
    for library in $(ldd "$program" 2>/dev/null | grep -oE '/[^ )]+'); do
      mkdir -p "$root${library%/*}"
      cp -Lu "$library" "$root$library"
    done
  done
}

copy_perl_modules() { # ROOT MODULE...: with what they load, to where perl looks for them
  local root=$1 file
  shift
  for file in $(perl "${@/#/-M}" -e 'print "$_\n" for values %INC, @DynaLoader::dl_shared_objects'); do
    mkdir -p "$root${file%/*}"
    cp -L "$file" "$root$file"
  done
}

guest_init() {
  cat <<EOF
#!/bin/busybox sh
export PATH=/bin HOME=/tmp
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do insmod \$module; done
while ! [ -e /sys/class/net/eth0 ]; do sleep 0.1; done
/bin/ip link set lo up
/bin/ip link set eth0 name wan
/bin/ip link set wan up
/bin/ip addr add $GUEST_CONTROL.2/24 dev wan
nc -ll -p 2323 -e /bin/guest-shell </dev/null >/dev/null 2>&1 &
while :; do sleep 60; done
EOF
}

# One connection is one command: a line of base64 comes in, its output and a last line with its status go out.
guest_shell() {
  cat <<'EOF'
#!/bin/sh
IFS= read -r line
sh -c "$(echo "$line" | base64 -d)" </dev/null 2>&1
printf '\n\001%d\n' $?
EOF
}

# guest_boot NAMESPACE: starts the guest with `wan` joined to a tap named wan in the namespace: the namespace is host 1
# of net 0, the guest host 2, as after ns_pair.
guest_boot() {
  ip -n "$ID-$1" tuntap add dev wan mode tap || return 1
  outer_addresses "$1" wan 0 1
  ip -n "$ID-$1" addr add "$GUEST_CONTROL.1/24" dev wan
  # One CPU: with two, emulated interrupts between them get lost on a busy host and the guest locks up.
  start guest.log "$1" qemu-system-x86_64 -M pc -accel tcg -cpu max -smp 1 -m 256 \
    -nodefaults -no-user-config -display none -no-reboot -serial stdio \
    -netdev tap,id=wan,ifname=wan,script=no,downscript=no -device virtio-net-pci,netdev=wan,romfile= \
    -device virtio-rng-pci -kernel "$GUEST_CACHE/vmlinuz" -initrd "$GUEST_CACHE/initrd" \
    -append 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0'
  GUEST_NS=$1
  wait_for 90 guest_answers || fail "the guest did not start: $(tail -n 1 "$LOGS/guest.log")"
  must guest ip addr add "$(outer4 0 2)/24" dev wan
  must guest ip addr add "$(outer6 0 2)/64" dev wan nodad
}

guest_answers() { GUEST_TIMEOUT=2 guest echo up; }

# guest COMMAND...: runs in the guest; output and status are the command's. A job that outlives the command must have
# its output redirected.
guest() {
  local reply word words=''
  for word; do words+="'${word//\'/\'\\\'\'}' "; done
  reply=$(printf %s "$words" | base64 -w0 | in_ns "$GUEST_NS" timeout "${GUEST_TIMEOUT:-60}" bash -c '
    exec 3<>"/dev/tcp/$0/2323" && { cat; echo; } >&3 && cat <&3' "$GUEST_CONTROL.2" 2>/dev/null) || return 255
  case $reply in *$'\n\001'*) ;; *) return 255 ;; esac
  printf '%s' "${reply%$'\n\001'*}"
  return "${reply##*$'\001'}"
}

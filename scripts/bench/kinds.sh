# shellcheck shell=bash disable=SC2034,SC2154 # KIND_NAME is read by statistics.sh
# The kinds of tunnel that the benchmark starts beside those of gateways.sh, as up_KIND, and what each needs. Source it
# after gateways.sh. Keys and certificates are made once, in the run's folder, for the gateways named a and b; a calls
# b.
#
# Each has its own defaults for ciphers, buffers and threads. Compression is off, the inner MTU is that of the others.

# prepare_kind KIND: installs or builds it and makes its keys; sets its KIND_NAME to what is measured: program, version,
# cipher.
prepare_kind() { "prepare_${1//-/_}"; }

host() { case $1 in a) echo 1 ;; b) echo 2 ;; esac; }  # NAME: the last number of its addresses
other() { case $1 in a) echo b ;; b) echo a ;; esac; } # NAME
version() { dpkg-query -W -f '${Package} ${Version}' "$1"; } # PACKAGE

# make_keys KIND: sets KEYS to the kind's folder; 1 when it is there already.
make_keys() {
  KEYS=$RUN/keys/$1
  [ ! -d "$KEYS" ] && (umask 077 && mkdir -p "$KEYS")
}

# run_kind NAME COMMAND...: the daemon of a gateway, in its namespace.
run_kind() {
  local name=$1
  shift
  start "$(device "$name").log" "${GATEWAY[$name.namespace]}" "$@"
  GATEWAY[$name.pid]=$STARTED
}

# address_and_up NAME: for daemons that leave the device to others; waits until it is there.
address_and_up() {
  local device kind=${GATEWAY[$1.kind]}
  device=$(device "$1")
  wait_for 10 gw "$1" ip link show "$device" || fail "$kind made no device: $(tail -n 1 "$LOGS/$device.log")"
  must gw "$1" ip addr add "${GATEWAY[$1.addresses]}" dev "$device"
  must gw "$1" ip link set "$device" mtu "$MTU" up
}

# ---- Taltun, wireguard-go: gateways.sh starts them ----

prepare_taltun() { KIND_NAME[taltun]="Taltun $(git -C "$ROOT" describe --always --dirty 2>/dev/null)"; }

prepare_wireguard_go() {
  modern_wireguard_go || return 1
  KIND_NAME[wireguard-go]=$WIREGUARD_GO_NAME
}

# ---- the data path in C ----

prepare_ceiling() {
  need 'the benchmark' gcc libc6-dev libssl-dev || return 1
  gcc -O3 -march=native -o "$RUN/ceiling" "$ROOT/bench/ceiling/ceiling.c" -lcrypto || return 1
  # Of its constructions the one that costs least: 570 ns for 1420 bytes, the plain AEAD 950 (ceiling --bench).
  KIND_NAME[ceiling]='ceiling.c, evp 5 (ChaCha20 pass, then Poly1305)'
}

up_ceiling() {
  run_kind "$1" "$RUN/ceiling" --if "$(device "$1")" --local "$(outer4 0 "$(host "$1")")" \
    --peer "$(outer4 0 "$(host "$(other "$1")")")" --role $(($(host "$1") - 1)) --mtu "$MTU" --evp 5
  address_and_up "$1"
}

# ---- nebula ----

prepare_nebula() {
  local name
  need 'the benchmark' nebula || return 1
  KIND_NAME[nebula]="$(version nebula), AES-256-GCM (its default)"
  make_keys nebula || return 0
  (
    cd "$KEYS" && nebula-cert ca -name bench -out-crt ca.crt -out-key ca.key || exit 1
    for name in a b; do
      nebula-cert sign -ca-crt ca.crt -ca-key ca.key -name $name -ip "10.99.0.$(host $name)/24" \
        -out-crt $name.crt -out-key $name.key || exit 1
    done
  )
}

up_nebula() {
  local name=$1 keys=$RUN/keys/nebula config
  config=$LOGS/$(device "$name").yaml
  cat >"$config" <<EOF
pki: {ca: $keys/ca.crt, cert: $keys/$name.crt, key: $keys/$name.key}
static_host_map: {"10.99.0.2": ["$(outer4 0 2):$PORT"]}
lighthouse: {am_lighthouse: false, hosts: []}
listen: {host: 0.0.0.0, port: $PORT}
tun: {dev: $(device "$name"), mtu: $MTU}
logging: {level: warning}
firewall:
  outbound: [{port: any, proto: any, host: any}]
  inbound: [{port: any, proto: any, host: any}]
EOF
  run_kind "$name" nebula -config "$config"
}

# ---- OpenVPN ----

prepare_openvpn() {
  local name
  need 'the benchmark' openvpn openssl || return 1
  KIND_NAME[openvpn]="$(version openvpn) in userspace, AES-256-GCM (its default)"
  make_keys openvpn || return 0
  for name in a b; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
      -keyout "$KEYS/$name.key" -out "$KEYS/$name.crt" 2>"$KEYS/log" || return 1
    openssl x509 -in "$KEYS/$name.crt" -noout -fingerprint -sha256 | sed 's/.*=//' >"$KEYS/$name.print"
  done
}

up_openvpn() {
  local name=$1 keys=$RUN/keys/openvpn side=(--tls-server --dh none)
  [ "$name" = b ] || side=(--tls-client --remote "$(outer4 0 2)" "$PORT")
  run_kind "$name" openvpn --dev "$(device "$name")" --dev-type tun --topology subnet --disable-dco --proto udp4 \
    --local "$(outer4 0 "$(host "$name")")" --lport "$PORT" "${side[@]}" --ifconfig "$(inner4 "$name")" 255.255.255.0 \
    --cert "$keys/$name.crt" --key "$keys/$name.key" --peer-fingerprint "$(cat "$keys/$(other "$name").print")" \
    --tun-mtu "$MTU" --mssfix 0 --allow-compression no --verb 1
}

# ---- tinc ----

prepare_tinc() {
  local name
  need 'the benchmark' tinc || return 1
  KIND_NAME[tinc]="$(version tinc), AES-256-CBC and SHA-256 (its defaults)"
  make_keys tinc || return 0
  for name in a b; do
    mkdir -p "$KEYS/$name/hosts" || return 1
    printf 'Name = %s\nInterface = %s\nAddressFamily = ipv4\n' $name "$ID$name" >"$KEYS/$name/tinc.conf"
    cat >"$KEYS/$name/hosts/$name" <<EOF
Address = $(outer4 0 "$(host $name)") $PORT
Port = $PORT
Subnet = 10.99.0.$(host $name)/32
EOF
    tincd -c "$KEYS/$name" -K 2048 </dev/null >"$KEYS/log" 2>&1 || return 1
  done
  cp "$KEYS/a/hosts/a" "$KEYS/b/hosts/" && cp "$KEYS/b/hosts/b" "$KEYS/a/hosts/"
  echo 'ConnectTo = b' >>"$KEYS/a/tinc.conf"
}

up_tinc() {
  local folder=$RUN/keys/tinc/$1
  run_kind "$1" tincd -c "$folder" -D --pidfile="$LOGS/$(device "$1").pid"
  address_and_up "$1"
}

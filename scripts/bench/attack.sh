# shellcheck shell=bash
# Builds the programs of bench/flood and gives the namespaces what they need. Source it after lib.sh and packages.sh.

readonly ATTACK_SOURCES=$ROOT/bench/flood

# build_attack NAME...: flood, capacity, honest; into the run's folder.
build_attack() {
  local name
  need 'the benchmark' gcc libc6-dev libssl-dev || return 1
  for name; do
    gcc -O2 -march=native -Wall -Wextra -o "$RUN/$name" "$ATTACK_SOURCES/$name.c" \
      "$ATTACK_SOURCES"/{clients,noise,blake2s,common}.c -lcrypto -lpthread || return 1
  done
}

# sources NAMESPACE PREFIX VIA: all addresses of PREFIX are NAMESPACE's own, and b sends what is for them to VIA.
sources() {
  must in_ns "$1" ip route add local "$2" dev lo
  must in_ns b ip route add "$2" via "$3"
}

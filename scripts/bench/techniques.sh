# shellcheck shell=bash disable=SC2034 # TECHNIQUES is read by bench_throughput.sh
# What each technique is worth: Taltun as it is, and with one thing at a time set otherwise in `tuning`. Source it.

readonly OFFLOADS='tun-tso tun-uso tun-gro udp-gso udp-gro'
readonly TECHNIQUES="${OFFLOADS// /=off }=off no-offloads aead=fused aead=split pinning=on pinning=off"

# technique_yaml SERIES: its section of the configuration.
technique_yaml() {
  local key
  [ "$1" = auto ] && return 0
  echo 'tuning:'
  if [ "$1" = no-offloads ]; then
    for key in $OFFLOADS; do echo "  $key: off"; done
  else
    echo "  ${1%=*}: ${1#*=}"
  fi
}

# technique_table: a line for each series, with what it makes of every metric.
technique_table() {
  echo "${KIND_NAME[auto]}; medians (min-max), x is the ratio to auto"
  awk -v all="$SERIES" "$SHOWN"'
    !($1 in unit) { order[++n] = $1; unit[$1] = $2 }
    { cell[$1, $3] = shown($4) " (" shown($5) "-" shown($6) ")"; median[$1, $3] = $4 }
    END {
      count = split(all, series, " ")
      printf "%-14s", ""
      for (m = 1; m <= n; m++) printf " %-32s", order[m] " " unit[order[m]]
      print ""
      for (i = 1; i <= count; i++) {
        printf "%-14s", series[i]
        for (m = 1; m <= n; m++) {
          base = median[order[m], "auto"]
          ratio = base ? sprintf(" x %.2f", median[order[m], series[i]] / base) : ""
          printf " %-32s", cell[order[m], series[i]] ratio
        }
        print ""
      }
    }' <(summary)
}

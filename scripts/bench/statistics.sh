# shellcheck shell=bash
# From samples to medians, verdicts, tables, JSON and plots. Source it; SAMPLES has lines of `SERIES METRIC VALUE`,
# SERIES the order of the series, KIND_NAME what each is. LISTS begins the names of the lists of a benchmark that has
# metrics and targets of its own.

readonly BENCH=${BASH_SOURCE[0]%/*}

entries() { sed '/^#/d' "$BENCH/${LISTS:-}$1.list"; } # metrics|targets

# summary: METRIC UNIT SERIES MEDIAN MIN MAX, for what was measured.
summary() {
  local metric unit rest series
  while read -r metric unit rest; do
    for series in $SERIES; do
      awk -v series="$series" -v metric="$metric" '$1 == series && $2 == metric { print $3 }' "$SAMPLES" | sort -g |
        awk -v about="$metric $unit $series" '{ v[NR] = $1 }
          END { if (NR) print about, (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2, v[1], v[NR] }'
    done
  done < <(entries metrics)
}

# verdicts: METRIC AGAINST BOUND LIMIT VALUE met|missed, for the targets whose kinds were measured.
verdicts() {
  awk 'NR == FNR { median[$1, $3] = $4; next }
    !(($1, "taltun") in median) || ($2 != "-" && !median[$1, $2]) { next }
    { value = median[$1, "taltun"] / ($2 == "-" ? 1 : median[$1, $2])
      print $1, $2, $3, $4, value, (($3 == ">=" ? value >= $4 : value <= $4) ? "met" : "missed") }' \
    <(summary) <(entries targets)
}

# shown: the awk function that writes a figure with about three digits.
readonly SHOWN='
  function shown(v) { return v >= 100 ? sprintf("%.0f", v) : v >= 10 ? sprintf("%.1f", v) : sprintf("%.3f", v) }'

names() {
  local series
  for series in $SERIES; do echo "$series: ${KIND_NAME[$series]:-}"; done
}

# table: a line for each metric, the median (min-max) of each kind, Taltun's ratios, the targets.
table() {
  names
  echo
  awk -v all="$SERIES" "$SHOWN"'
    FILENAME == ARGV[1] {
      target = $3 " " $4 ($2 == "-" ? "" : " x " $2) ($6 == "met" ? ": met" : ": MISSED")
      said[$1] = said[$1] (said[$1] ? ", " : "") target
      next
    }
    !($1 in unit) { order[++n] = $1; unit[$1] = $2 }
    { cell[$1, $3] = shown($4) " (" shown($5) "-" shown($6) ")"; median[$1, $3] = $4 }
    function ratio(metric, to) {
      if (!((metric, "taltun") in median) || !median[metric, to]) return ""
      return sprintf("%.2f", median[metric, "taltun"] / median[metric, to])
    }
    END {
      count = split(all, series, " ")
      printf "%-20s", ""
      for (i = 1; i <= count; i++) printf " %-23s", series[i]
      print " /wg-go" (all ~ /ceiling/ ? " /ceiling" : "") " targets"
      for (m = 1; m <= n; m++) {
        printf "%-20s", order[m] " " unit[order[m]]
        for (i = 1; i <= count; i++) printf " %-23s", cell[order[m], series[i]]
        printf " %6s", ratio(order[m], "wireguard-go")
        if (all ~ /ceiling/) printf " %8s", ratio(order[m], "ceiling")
        print " " said[order[m]]
      }
    }' <(verdicts) <(summary)
}

# json: everything, the samples too; --from reads it again.
json() {
  jq -Rn --arg commit "$(git -C "$ROOT" describe --always --dirty 2>/dev/null)" --arg kernel "$(uname -r)" \
    --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --argjson cpus "$(nproc)" \
    --arg java "$([ -z "${JDK:-}" ] || "$JDK/bin/java" --version | head -n 1)" \
    --argjson runs "$RUNS" --argjson seconds "$TIME" \
    --rawfile verdicts <(verdicts) --rawfile kinds <(names) --rawfile units <(entries metrics) '
    def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
    def by(key): reduce .[] as $item ({}; .[$item | key] += [$item]);
    def lines: split("\n") | map(select(. != ""));
    [inputs | split(" ") | {series: .[0], metric: .[1], value: (.[2] | tonumber)}] as $samples
    | {commit: $commit, kernel: $kernel, cpu: $cpu, cpus: $cpus, java: $java, runs: $runs, seconds: $seconds,
       kinds: ($kinds | lines | map(capture("(?<key>[^:]+): (?<value>.*)")) | from_entries),
       units: ($units | lines | map([splits(" +")] | {key: .[0], value: .[1]}) | from_entries),
       metrics: ($samples | by(.metric) | map_values(by(.series) | map_values(map(.value)
         | {median: median, min: min, max: max, samples: .}))),
       targets: ($verdicts | lines | map(split(" ") | {metric: .[0], against: .[1], bound: .[2],
         limit: (.[3] | tonumber), value: (.[4] | tonumber), met: (.[5] == "met")}))}' <"$SAMPLES"
}

# read_json FILE: what `json` wrote.
read_json() {
  local series name
  SERIES=$(jq -r '.kinds | keys_unsorted | join(" ")' "$1") || return 1
  while read -r series name; do
    KIND_NAME["$series"]=$name
  done < <(jq -r '.kinds | to_entries[] | "\(.key) \(.value)"' "$1")
  jq -r '.metrics | to_entries[] | .key as $metric | .value | to_entries[] | .key as $series | .value.samples[]
    | "\($series) \($metric) \(.)"' "$1" >"$SAMPLES"
}

# plot FOLDER NAME REFERENCE TITLE METRIC...: FOLDER/NAME.svg
plot() {
  local folder=$1 name=$2
  shift 2
  mkdir -p "$folder" && "$JDK/bin/java" "$BENCH/Plot.java" "$BENCH/metrics.list" "$@" < <(summary) >"$folder/$name.svg"
}

# plots FOLDER: one for each group of metrics.
plots() {
  case $SERIES in
    auto*) plot "$1" techniques auto 'What each technique gives' tcp1 udp1380 cpu-byte ;;
    *)
      plot "$1" throughput wireguard-go 'Throughput' tcp1 tcp4 udp64 udp1380 &&
        plot "$1" latency wireguard-go 'Latency' rtt rtt-p99 rtt-tcp &&
        plot "$1" cost wireguard-go 'CPU and memory' cpu-byte rss
      ;;
  esac
}

#!/bin/bash
# Metrics: promtool finds nothing to say about them and about the alerts, Prometheus scrapes them and answers what dashboards
# ask, and 10,000 peers are scraped in less than 200 ms. `86-metrics.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./strangers.sh

readonly URL=http://127.0.0.1:9586 MANY=10000 MOST_MS=200

# exporter_queries: what public dashboards for prometheus_wireguard_exporter ask, one a line.
exporter_queries() {
  cat <<QUERIES
wireguard_sent_bytes_total
rate(wireguard_sent_bytes_total[30s])
rate(wireguard_received_bytes_total{interface="$(device a)"}[30s])
sum(rate(wireguard_received_bytes_total{interface="$(device a)",instance=~".*:9586"}[30s])*8)
irate(wireguard_sent_bytes_total{public_key="$(public b)"}[30s])
topk(5, sum by (friendly_name) (rate(wireguard_received_bytes_total[30s])))
sum by (allowed_ips) (wireguard_sent_bytes_total{friendly_name="b"})
count(time() - wireguard_latest_handshake_seconds < 300)
time() - wireguard_latest_handshake_seconds
(time() - wireguard_latest_handshake_seconds) < bool 180
count by (interface) (wireguard_latest_handshake_seconds)
QUERIES
}

# dashboard_queries: those of our own, with the variables set; those that show only what went wrong are left out.
dashboard_queries() {
  jq -r '.panels[].targets[]?.expr' "$ROOT/docs/grafana/taltun.json" |
    sed 's/\$interface/.*/g; s/\$instance/.*/g; s/\$__rate_interval/30s/g; s/\[10m\]/[30s]/g' | grep -v '> 0$'
}

with_promtool() { command -v promtool >/dev/null || skip 'promtool is not installed (package prometheus)'; }

# pair: a knows where b is; their keepalives make traffic.
pair() {
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b ours b 10.99.0.2/24 fd99::2/64
  is_taltun a || skip 'only Taltun serves metrics'
  peer a b endpoint="$(outer4 0 2):$PORT" keepalive=1
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
}

get() { in_ns a curl -sS --max-time 20 --fail "$@"; } # CURL_ARGS...

scrape() { get -o "$1" "$URL/metrics"; } # FILE

text_is_clean() {
  local sent
  with_promtool
  pair
  wait_for 5 scrape "$LOGS/metrics.json" || fail "no metrics: $(scrape /dev/null 2>&1)"
  promtool check metrics <"$LOGS/metrics.json" >"$LOGS/promtool" 2>&1 || fail "$(head -n 1 "$LOGS/promtool")"
  [ ! -s "$LOGS/promtool" ] || fail "$(head -n 1 "$LOGS/promtool")"
  sent="wireguard_sent_bytes_total{interface=\"$(device a)\",public_key=\"$(public b)\""
  sent+=',allowed_ips="10.99.0.2/32,fd99::2/128",friendly_name="b"}'
  grep -F "$sent" "$LOGS/metrics.json" | grep -q ' [1-9][0-9]*$' || fail "no bytes sent to b, $sent"
  [ "$(get "$URL/healthz")" = ok ] || fail "not well: $(get "$URL/healthz")"
}

rules_are_clean() {
  with_promtool
  must promtool check rules "$ROOT/docs/prometheus/taltun.rules.yml"
  must promtool test rules "$ROOT/docs/prometheus/taltun.test.yml"
}

# ask QUERY: the number of results.
ask() {
  get --get --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query 2>>"$LOGS/queries.log" |
    jq -e 'if .status == "success" then .data.result | length else error(.error) end' 2>>"$LOGS/queries.log"
}

has_scraped() { [ "$(ask 'count_over_time(taltun_uptime_seconds[1m]) >= 6')" = 1 ]; }

prometheus_answers() {
  local query results asked=0 unanswered=0
  command -v prometheus >/dev/null || skip 'Prometheus is not installed (package prometheus)'
  pair
  cat >"$LOGS/prometheus.yaml" <<YAML
global: {scrape_interval: 2s, evaluation_interval: 2s}
rule_files: ["$ROOT/docs/prometheus/taltun.rules.yml"]
scrape_configs:
  - job_name: taltun
    static_configs: [{targets: ["127.0.0.1:9586"]}]
YAML
  start prometheus.log a prometheus --config.file="$LOGS/prometheus.yaml" --storage.tsdb.path="$LOGS/tsdb" \
    --web.listen-address=127.0.0.1:9090 --log.level=warn
  start ping.log a ping -i 0.2 10.99.0.2
  wait_for 60 has_scraped || fail 'Prometheus has not scraped'
  while read -r query; do
    asked=$((asked + 1))
    results=$(ask "$query")
    if [ "${results:-0}" = 0 ]; then
      unanswered=$((unanswered + 1))
      note "no answer to $query"
    fi
  done < <(exporter_queries && dashboard_queries)
  [ "$asked" -gt 50 ] || fail "only $asked queries"
  [ "$unanswered" = 0 ] || fail "$unanswered of $asked queries have no answer"
  get http://127.0.0.1:9090/api/v1/rules >"$LOGS/rules.json"
  jq -e '[.data.groups[].rules[] | select(.health != "ok")] | length == 0' "$LOGS/rules.json" >/dev/null ||
    fail 'an alert cannot be evaluated'
  note "$asked queries answered"
}

# many_peers: a gateway with MANY of them, b among them.
many_peers() {
  local config
  gateway a ours a 10.99.0.1/16
  gateway b ours b 10.99.0.2/16
  is_taltun a || skip 'only Taltun serves metrics'
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  config=$LOGS/$(device a).yaml
  (umask 077 && { peers_yaml a && strangers $((MANY - 1)); } >"$config")
  start_taltun a up -c "$config"
  wait_for 60 taltun_is_up a || fail "it did not come up: $(tail -n 1 "$LOGS/$(device a).log")"
  wait_for 5 scrape /dev/null || fail 'no metrics'
}

many_in_time() {
  local median most bytes
  many_peers
  for _ in {1..20}; do
    get -o "$LOGS/metrics.json" -w '%{time_total} %{size_download}\n' "$URL/metrics" >>"$LOGS/times" || fail 'no metrics'
    sleep 0.2
  done
  [ "$(grep -c '^wireguard_sent_bytes_total{' "$LOGS/metrics.json")" = "$MANY" ] || fail "not $MANY peers"
  read -r median most bytes < <(sort -g "$LOGS/times" | awk '{ ms[NR] = $1 * 1000; bytes = $2 }
    END { printf "%.0f %.0f %d\n", (ms[10] + ms[11]) / 2, ms[20], bytes }')
  note "$MANY peers: $((bytes / 1000000)) MB, median $median ms, most $most ms of 20"
  [ "$median" -lt $((MOST_MS * PATIENCE)) ] || fail "a scrape took $median ms"
}

port_taken() {
  gateway a ours a 10.99.0.1/24
  gateway b ours b 10.99.0.2/24
  is_taltun a || skip 'only Taltun serves metrics'
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  start taken.log a perl -MIO::Socket::INET -e '
    my $taken = IO::Socket::INET->new(LocalAddr => "127.0.0.1:9586", Listen => 1, ReuseAddr => 1) or die $!; sleep 600'
  wait_for 5 listens || fail 'the port is not taken'
  gateway_up a
  must ping_through a b 4
  wait_for 5 grep -q 'answers on' "$LOGS/$(device a).log"
  [ "$(grep -c 'serves no metrics on' "$LOGS/$(device a).log")" = 1 ] || fail 'not one warning'
}

listens() { in_ns a ss -Hltn | grep -q :9586; }

switched_off() {
  gateway a ours a 10.99.0.1/24
  is_taltun a || skip 'only Taltun serves metrics'
  GATEWAY[a.yaml]='metrics: {listen: off}'
  gateway_up a
  wait_for 5 grep -q 'answers on' "$LOGS/$(device a).log" || fail 'it does not answer'
  must_not listens
}

need 'the metrics cases' curl jq && need_beside prometheus prometheus promtool || note 'some cases will be skipped'
must ns_pair a b
taltun_case 'metrics: promtool finds nothing to say' text_is_clean
taltun_case 'metrics: the alerts are well-formed and fire when they should' rules_are_clean
taltun_case 'metrics: Prometheus answers the queries of dashboards' prometheus_answers
taltun_case 'metrics: 10,000 peers' many_in_time
taltun_case 'metrics: a port that is taken is one warning' port_taken
taltun_case 'metrics: off' switched_off
finish

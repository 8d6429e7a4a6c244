# shellcheck shell=bash
# The CPUs of a benchmark.

# two_cpus: the first two of those that this process may use.
two_cpus() {
  taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
    awk -F- '{ for (cpu = $1; cpu <= $NF && n < 2; cpu++) printf "%s%d", n++ ? "," : "", cpu }'
}

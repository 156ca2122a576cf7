#!/bin/sh
# STAND-IN for consul-template: fills its template as of a Consul that has no services, starts what `exec` names, and hands
# on the signal to end, as its configuration says. It asks no Consul, and never writes again.
set -eu
[ "$1" = -config ]
config=$2

value() { sed -n "s/^ *$1 *= *\"\(.*\)\"/\1/p" "$config"; }

# Without services there is nothing between a `range` and its `end`.
awk '{
  while (match($0, /\{\{[^}]*\}\}/)) {
    if (depth == 0) printf "%s", substr($0, 1, RSTART - 1)
    action = substr($0, RSTART + 2, RLENGTH - 4)
    if (action ~ /^ *(range|if|with) /) depth++
    if (action ~ /^ *end *$/) depth--
    $0 = substr($0, RSTART + RLENGTH)
  }
  if (depth == 0) print
}' "$(value source)" > "$(value destination)"

command=$(sed -n 's/^ *command *= *\[\(.*\)\]/\1/p' "$config" | tr -d '",')
# shellcheck disable=SC2086 # a list of words
$command &
child=$!
# It heeds SIGINT alone, and ends with 12 then.
trap '' TERM
trap 'trap "" INT; kill -s "$(value kill_signal)" $child; wait $child || true; exit 12' INT
wait $child || true
exit 14

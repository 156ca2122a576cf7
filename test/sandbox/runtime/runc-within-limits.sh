#!/bin/sh
# runc for a machine whose root has not the capability SYS_RESOURCE, as inside some virtual machines and containers. A
# container that asks for more open files than this machine may give gets what there is, and a privileged one all
# capabilities but that one: runc alone would refuse to start them.
set -eu

# The specification that runc is about to read: of the container, or of a process that joins it.
file=
previous=
for argument in "$@"; do
  case "$previous" in
    --bundle | -b) file="$argument/config.json" ;;
    --process | -p) file=$argument ;;
  esac
  previous=$argument
done

if [ -f "$file" ]; then
  sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g; s/"CAP_SYS_RESOURCE"//g' "$file"
fi

limit=$(ulimit -Hn)
if [ -f "$file" ] && [ "$limit" != unlimited ]; then
  for wanted in $(grep -o '"RLIMIT_NOFILE","hard":[0-9]*,"soft":[0-9]*' "$file" | grep -o '[0-9]\+' | sort -u); do
    if [ "$wanted" -gt "$limit" ]; then
      sed -i "/RLIMIT_NOFILE/ { s/\(\"RLIMIT_NOFILE\",\"hard\":\)$wanted,/\1$limit,/; s/\(\"RLIMIT_NOFILE\",\"hard\":[0-9]*,\"soft\":\)$wanted}/\1$limit}/ }" "$file"
    fi
  done
fi
exec runc "$@"

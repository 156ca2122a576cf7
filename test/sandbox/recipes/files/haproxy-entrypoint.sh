#!/bin/sh
# Flags alone mean haproxy, and haproxy runs in the foreground with a master process that can reload it.
set -e
case "${1:-}" in
  -*) set -- haproxy "$@" ;;
esac
if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"

#!/bin/sh
# Becomes the stand-in for the program whose name it is called by, or `stand-in` with that name as its first word. A shell
# is what it is.
name=$(basename "$0")
if [ "$name" != stand-in ]; then set -- "$name" "$@"; fi
if [ "$1" = sh ]; then exec "$@"; fi
exec node /stand-in/stand-in.mjs "$@"

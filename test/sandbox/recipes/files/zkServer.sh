#!/bin/sh
# Runs the server as this process, so that signals and the exit code are Java's own.
set -e
if [ "${1:-}" != start-foreground ]; then
  echo "only 'zkServer.sh start-foreground' is here" >&2
  exit 64
fi
# One that lives for a minute is not worth the second compiler, nor a collector with threads of its own.
# shellcheck disable=SC2086 # several flags in one variable
exec java -cp "$ZOO_CONF_DIR:/usr/share/java/*" "-Xmx${ZK_SERVER_HEAP:-1000}m" \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=info -Dorg.slf4j.simpleLogger.showDateTime=true \
  -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
  ${SERVER_JVMFLAGS:-} ${JVMFLAGS:-} \
  org.apache.zookeeper.server.quorum.QuorumPeerMain "$ZOO_CONF_DIR/zoo.cfg"

#!/bin/sh
# The client of the distribution: zkCli.sh -server 127.0.0.1:2181 ls /
exec java -cp "/usr/share/java/*" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn org.apache.zookeeper.ZooKeeperMain "$@"

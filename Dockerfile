# The agent as an image: Node, the bundle and the shipped catalog. Nothing is run while building, so no network is
# needed beyond the base image; build the bundle first (npm run build).
#
# Run it like this, one on each host:
#
#   docker run --detach --name katod --restart always \
#     --network host --pid host \
#     --volume /var/run/docker.sock:/var/run/docker.sock \
#     --volume /var/lib/katod:/var/lib/katod \
#     --volume /etc/katod:/etc/katod:ro \
#     --volume /etc/machine-id:/etc/machine-id:ro \
#     IMAGE
#
# --network host  the agent finds this host's address and probes components on its loopback.
# docker.sock     the engine whose containers it keeps.
# /var/lib/katod  the same path inside as outside: the engine mounts files from there into containers, and it looks
#                 for them on the host. With another `stateDir`, mount that path, again identical on both sides.
# /etc/katod      the settings file, if there is one; settings can also be given as KATOD_… variables.
# /root/.docker   optional, not shown: credentials for registries (`docker login`); mount the folder and not the single file,
#                 which goes stale when it is replaced. Credential helpers would have to be in the image.
# --pid host      optional: lets the agent name the process that holds a port a component needs.
#
# The name must not be that of a component's container (katod-COMPONENT).
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE}

LABEL org.opencontainers.image.title="katod" \
      org.opencontainers.image.description="The agent that keeps a host's containers as its role in etcd says" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY LICENSE /opt/katod/
COPY config/ /opt/katod/config/
COPY dist/ /opt/katod/dist/

ENV NODE_ENV=production
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "/opt/katod/dist/katod.mjs", "healthcheck"]
ENTRYPOINT ["node", "/opt/katod/dist/katod.mjs"]
CMD ["agent"]

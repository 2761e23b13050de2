# One image for every Python service and for the load. Context: the repository's root.
#
# Needs BuildKit (build secrets, cache mounts), but no `# syntax=` line: that would pull a front end from an image
# registry. `docker compose build` brings its own BuildKit client and works with Engine 20.10 on; plain
# `docker build` works where the buildx plugin is installed. Debian's docker.io has none, and its newer clients then
# fall back to the classic builder, which refuses --mount. So: `make images`, or `docker compose build`.
#
# Layers from the slowest to change to the fastest; the code is last, so that changing it costs seconds.

ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm
FROM ${PYTHON_IMAGE}

# curl: health checks. Starting Python for each would cost five times the CPU, in every service, all the time.
RUN command -v curl >/dev/null \
    || { apt-get update -q && apt-get install -q -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*; }

RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin lab

# The secret ca_bundle, where given, lets pip work behind a proxy that inspects TLS; it doesn't end up in the image.
COPY requirements/services.lock /tmp/services.lock
RUN --mount=type=secret,id=ca_bundle --mount=type=cache,target=/var/cache/pip \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi; \
    PIP_ROOT_USER_ACTION=ignore PIP_CACHE_DIR=/var/cache/pip python -m pip install --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes --requirement /tmp/services.lock

ENV PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001

# Bytecode now: at run time the root is read-only. By hash and unchecked: nothing can change under it.
COPY services/ services/
COPY loadgen/ loadgen/
USER 0
RUN python -m compileall -q --invalidation-mode unchecked-hash services loadgen
USER 10001:10001

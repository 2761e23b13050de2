#!/bin/sh
# Build the lab's two images, named in compose/.env. Does nothing where both exist and hold the hash of their inputs.
#
#   sh compose/images.sh
#
# From official base images where an image registry can be reached. Elsewhere under the same names from a Debian base
# bootstrapped with mmdebstrap (Debian, as root) and a Toxiproxy built with the machine's Go.
#
# CA_BUNDLE: certificates that pip and go trust during the build (default: the system's); for networks behind a proxy
# that inspects TLS. Exit codes: 0 images there; 4 could not be built: the last lines say what to do.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

LABEL=retry-storm-lab.inputs
REGISTRY_DEADLINE_S=15
PULL_DEADLINE_S=600
BUILD_DEADLINE_S=1200
SUITE=bookworm
CACHE=${XDG_CACHE_HOME:-${HOME:-/var}/.cache}/retry-storm-lab

who=images
. compose/steps.sh

load_env() { # compose/.env; as with docker compose, what the environment has wins
    # shellcheck disable=SC2034 # eval reads value
    while IFS='=' read -r key value; do
        case $key in '' | '#'*) continue ;; esac
        eval "export $key=\"\${$key-\$value}\""
    done <compose/.env
}

find_ca_bundle() {
    if [ -n "${CA_BUNDLE:-}" ]; then
        [ -r "$CA_BUNDLE" ] || give_up "CA_BUNDLE is $CA_BUNDLE, which can't be read; correct it, or unset it for the system's"
        echo "$CA_BUNDLE"
        return
    fi
    for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        if [ -r "$file" ]; then
            echo "$file"
            return
        fi
    done
    echo /dev/null # the build takes an empty file for "none"
}

# --- what an image is made of --------------------------------------------------------------------------------

sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

hash_of() { # TEXT PATH...: of the text and of the names and contents of the files
    text=$1
    shift
    {
        echo "$text"
        find "$@" -type f ! -name '*.py[co]' -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat
        find "$@" -type f ! -name '*.py[co]' -print | LC_ALL=C sort
    } | sha256 | cut -c 1-16
}

services_inputs() {
    hash_of "$PYTHON_IMAGE" compose/services.Dockerfile compose/services.Dockerfile.dockerignore \
        requirements/services.lock services loadgen
}
toxiproxy_inputs() { hash_of "$TOXIPROXY_VERSION $GOLANG_IMAGE" compose/toxiproxy.Dockerfile; }

label_of() { docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$1" 2>/dev/null || true; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# --- base images -----------------------------------------------------------------------------------------------

# Have IMAGE, from an image registry if need be. Once a registry didn't answer, the others aren't asked.
obtain() {
    if has_image "$1"; then return; fi
    if [ -s "$work/unreachable" ]; then return 1; fi
    began=$(date +%s)
    docker pull "$1" >"$work/pull.log" 2>&1 &
    pull=$!
    while kill -0 $pull 2>/dev/null; do
        waited=$(($(date +%s) - began))
        deadline=$REGISTRY_DEADLINE_S
        if grep -q 'Pulling from' "$work/pull.log"; then deadline=$PULL_DEADLINE_S; fi
        if [ "$waited" -ge "$deadline" ]; then
            echo "not done after $waited s; last line: $(tail -n 1 "$work/pull.log")" >>"$work/pull.log"
            kill -KILL $pull
            break
        fi
        sleep 0.1
    done
    if wait $pull; then
        say "pulled $1 ($(($(date +%s) - began)) s)"
        return
    fi
    tail -n 1 "$work/pull.log" >"$work/unreachable"
    say "no image registry after $(($(date +%s) - began)) s: $(cat "$work/unreachable")"
    return 1
}

install_mmdebstrap() {
    within $BUILD_DEADLINE_S apt-get update -q || true
    DEBIAN_FRONTEND=noninteractive within $BUILD_DEADLINE_S apt-get install -q -y --no-install-recommends mmdebstrap
}

# `python` and `pip` as in the official image: on the PATH, and pip may install without a venv.
# shellcheck disable=SC2016 # $1 is the new root, for mmdebstrap's hook
LIKE_OFFICIAL='ln -s /usr/bin/python3 "$1/usr/local/bin/python" && rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED'

bootstrap() {
    within $BUILD_DEADLINE_S mmdebstrap --variant=minbase --include=python3,python3-pip,python3-venv,ca-certificates,curl \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --customize-hook="$LIKE_OFFICIAL" $SUITE "$work/base.tar" &&
        docker import --change "LABEL retry-storm-lab.base=debian-$SUITE-bootstrapped" \
            --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' \
            --change 'CMD ["python3"]' "$work/base.tar" "$PYTHON_IMAGE" &&
        rm -f "$work/base.tar"
}

bootstrap_base() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        give_up "can't have $PYTHON_IMAGE: no image registry answers ($(cat "$work/unreachable"))," \
            "and bootstrapping it needs Debian and root. Do one of: give the engine a registry mirror;" \
            "docker load a copy of it; run this as root on Debian; use --runtime embedded, which needs no image"
    fi
    command -v mmdebstrap >/dev/null || step "mmdebstrap installed" install_mmdebstrap
    step "$PYTHON_IMAGE stands in: a Debian $SUITE base bootstrapped with mmdebstrap" bootstrap
}

# --- the images ------------------------------------------------------------------------------------------------

# A compose file of our own, because `docker compose build` is the one BuildKit client that is always there.
# The variables are Compose's to fill in, from the environment.
build_file() {
    cat <<-'END'
	services:
	  services:
	    image: ${SERVICES_IMAGE}
	    build:
	      context: .
	      dockerfile: compose/services.Dockerfile
	      args: {PYTHON_IMAGE: "${PYTHON_IMAGE}"}
	      labels: {retry-storm-lab.inputs: "${INPUTS}"}
	      secrets: [ca_bundle]
	  module: &toxiproxy
	    image: ${TOXIPROXY_IMAGE}
	    build: &build
	      context: .
	      dockerfile: compose/toxiproxy.Dockerfile
	      target: module
	      args: {GOLANG_IMAGE: "${GOLANG_IMAGE}", TOXIPROXY_VERSION: "${TOXIPROXY_VERSION}"}
	      labels: {retry-storm-lab.inputs: "${INPUTS}"}
	      secrets: [ca_bundle]
	  prebuilt:
	    <<: *toxiproxy
	    build: {<<: *build, context: "${PREBUILT}", dockerfile: "${PWD}/compose/toxiproxy.Dockerfile", target: prebuilt}
	secrets:
	  ca_bundle: {file: "${CA_BUNDLE}"}
	END
}

build() { # SERVICE of the file above
    build_file | within $BUILD_DEADLINE_S docker compose --progress plain --project-name retry-storm-lab-images \
        --project-directory . --file - build "$1"
}

go_toxiproxy() { # GO: into $PREBUILT
    CGO_ENABLED=0 GOBIN=$PREBUILT SSL_CERT_FILE=${SSL_CERT_FILE:-$CA_BUNDLE} within $BUILD_DEADLINE_S "$1" install \
        -trimpath -ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=$TOXIPROXY_VERSION" \
        "github.com/Shopify/toxiproxy/v2/cmd/server@v$TOXIPROXY_VERSION" &&
        mv "$PREBUILT/server" "$PREBUILT/toxiproxy"
}

prebuild_toxiproxy() {
    if [ -x "$PREBUILT/toxiproxy" ]; then return; fi
    go=$(sh compose/engine.sh --go)
    step "Toxiproxy $TOXIPROXY_VERSION built with $go" go_toxiproxy "$go"
}

have_services() {
    INPUTS=$(services_inputs)
    export INPUTS
    if [ "$(label_of "$SERVICES_IMAGE")" = "$INPUTS" ]; then return; fi
    obtain "$PYTHON_IMAGE" || bootstrap_base
    step "$SERVICES_IMAGE built on $PYTHON_IMAGE" build services
}

have_toxiproxy() {
    INPUTS=$(toxiproxy_inputs)
    export INPUTS
    if [ "$(label_of "$TOXIPROXY_IMAGE")" = "$INPUTS" ]; then return; fi
    if obtain "$GOLANG_IMAGE"; then
        step "$TOXIPROXY_IMAGE built with $GOLANG_IMAGE" build module
        return
    fi
    prebuild_toxiproxy
    step "$TOXIPROXY_IMAGE built from that program" build prebuilt
}

up_to_date() {
    [ "$(label_of "$SERVICES_IMAGE")" = "$(services_inputs)" ] && [ "$(label_of "$TOXIPROXY_IMAGE")" = "$(toxiproxy_inputs)" ]
}

check_tools() {
    [ -f requirements/services.lock ] || give_up "requirements/services.lock is missing: this checkout is incomplete"
    within 20 docker version >/dev/null 2>"$work/engine" ||
        give_up "no container engine answers: $(tail -n 1 "$work/engine"). Run: make engine"
    within 20 docker compose version >/dev/null 2>"$work/engine" ||
        give_up "no Docker Compose: $(tail -n 1 "$work/engine"). Run: make engine"
}

take_lock() { # two at once on one machine: the second waits, then finds everything done
    command -v flock >/dev/null || return 0
    exec 9>"$CACHE/images.lock"
    flock -w $BUILD_DEADLINE_S 9 || give_up "another images.sh held $CACHE/images.lock for $BUILD_DEADLINE_S s"
}

main() {
    load_env
    CA_BUNDLE=$(find_ca_bundle)
    PREBUILT=$CACHE/images/toxiproxy-$TOXIPROXY_VERSION
    export CA_BUNDLE PREBUILT PWD
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    check_tools
    if up_to_date; then
        say "up to date: $SERVICES_IMAGE, $TOXIPROXY_IMAGE"
        return
    fi
    mkdir -p "$PREBUILT"
    take_lock
    have_services
    have_toxiproxy
    # Ours only, and only those that a newer build left without a name.
    docker image prune --force --filter "label=$LABEL" >/dev/null 2>&1 || true
    say "ready: $SERVICES_IMAGE, $TOXIPROXY_IMAGE"
}

main "$@"

#!/bin/sh
# Have the lab's images, named in compose/.env: its own two (services, Toxiproxy) and Prometheus and Alertmanager. Does
# nothing where all exist and hold the hash of their inputs.
#
#   sh compose/images.sh
#
# Where an image registry can be reached: on official base images, and the monitors' official images as they are.
# Elsewhere under the same names from a Debian bootstrapped with mmdebstrap (Debian, as root) and its packages, and a
# Toxiproxy built with the machine's Go. Only drills that monitor need the monitors: lacking them is said, no failure.
#
# CA_BUNDLE: certificates that pip and go trust during the build (default: the system's); for networks behind a proxy
# that inspects TLS. Exit codes: 0 the lab's own images are there; 4 could not be built: the last lines say what to do.
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
. compose/bootstrap.sh

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
monitor_inputs() { hash_of "$1 $2 $SUITE" compose/bootstrap.sh compose/monitor-hook.sh; } # IMAGE OLDEST

label_of() { docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$1" 2>/dev/null || true; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# --- base images -----------------------------------------------------------------------------------------------

obtain() { has_image "$1" || pull "$1"; }

# IMAGE from an image registry. Once a registry didn't answer, the others aren't asked.
pull() {
    if [ -s "$work/unreachable" ]; then return 1; fi
    began=$(date +%s)
    docker pull "$1" >"$work/pull.log" 2>&1 &
    puller=$!
    while kill -0 $puller 2>/dev/null; do
        waited=$(($(date +%s) - began))
        deadline=$REGISTRY_DEADLINE_S
        if grep -q 'Pulling from' "$work/pull.log"; then deadline=$PULL_DEADLINE_S; fi
        if [ "$waited" -ge "$deadline" ]; then
            echo "not done after $waited s; last line: $(tail -n 1 "$work/pull.log")" >>"$work/pull.log"
            kill -KILL $puller
            break
        fi
        sleep 0.1
    done
    if wait $puller; then
        say "pulled $1 ($(($(date +%s) - began)) s)"
        return
    fi
    tail -n 1 "$work/pull.log" >"$work/unreachable"
    say "no image registry after $(($(date +%s) - began)) s: $(cat "$work/unreachable")"
    return 1
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

go_toxiproxy() ( # GO: into $PREBUILT
    go_settings "$1"
    CGO_ENABLED=0 GOBIN=$PREBUILT SSL_CERT_FILE=${SSL_CERT_FILE:-$CA_BUNDLE} within $BUILD_DEADLINE_S "$1" install \
        -trimpath -ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=$TOXIPROXY_VERSION" \
        "github.com/Shopify/toxiproxy/v2/cmd/server@v$TOXIPROXY_VERSION" &&
        mv "$PREBUILT/server" "$PREBUILT/toxiproxy"
)

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

# An official one, pulled or loaded, has no label of ours and is taken as it is.
is_current_monitor() { # IMAGE OLDEST
    has_image "$1" || return 1
    label=$(label_of "$1")
    [ -z "$label" ] || [ "$label" = "$(monitor_inputs "$1" "$2")" ]
}

# Pulled where a registry answers, else made by the command.
have_monitor() { # IMAGE OLDEST COMMAND
    if is_current_monitor "$1" "$2"; then return; fi
    INPUTS=$(monitor_inputs "$1" "$2")
    pull "$1" || "$3"
}

make_prometheus() { bootstrap_monitor "$PROMETHEUS_IMAGE" prometheus prometheus "$PROMETHEUS_VERSION"; }

# Debian's Alertmanager is too old: built from its Go module, with amtool, as the embedded runtime does.
make_alertmanager() {
    built=$CACHE/images/alertmanager-$ALERTMANAGER_VERSION
    mkdir -p "$built"
    if ! [ -x "$built/amtool" ]; then
        go=$(sh compose/engine.sh --go)
        step "Alertmanager $ALERTMANAGER_VERSION built with $go" go_alertmanager "$go" "$built"
    fi
    bootstrap_monitor "$ALERTMANAGER_IMAGE" "$built" alertmanager "$ALERTMANAGER_VERSION"
}

go_alertmanager() ( # GO FOLDER
    go_settings "$1"
    for program in alertmanager amtool; do
        CGO_ENABLED=0 GOBIN=$2 SSL_CERT_FILE=${SSL_CERT_FILE:-$CA_BUNDLE} within $BUILD_DEADLINE_S "$1" install -trimpath \
            -ldflags "-s -w -X github.com/prometheus/common/version.Version=$ALERTMANAGER_VERSION" \
            "github.com/prometheus/alertmanager/cmd/$program@v$ALERTMANAGER_VERSION" || exit 1
    done
)

# In a subshell: giving up on a monitor isn't giving up.
have_monitors() {
    if (have_monitor "$PROMETHEUS_IMAGE" "$PROMETHEUS_VERSION" make_prometheus) &&
        (have_monitor "$ALERTMANAGER_IMAGE" "$ALERTMANAGER_VERSION" make_alertmanager); then
        say "ready: $PROMETHEUS_IMAGE, $ALERTMANAGER_IMAGE"
        return
    fi
    say "without Prometheus and Alertmanager drills that monitor don't work in containers (the reason is above)" >&2
}

up_to_date() {
    [ "$(label_of "$SERVICES_IMAGE")" = "$(services_inputs)" ] && [ "$(label_of "$TOXIPROXY_IMAGE")" = "$(toxiproxy_inputs)" ] &&
        is_current_monitor "$PROMETHEUS_IMAGE" "$PROMETHEUS_VERSION" &&
        is_current_monitor "$ALERTMANAGER_IMAGE" "$ALERTMANAGER_VERSION"
}

check_tools() {
    [ -f requirements/services.lock ] || give_up "requirements/services.lock is missing: this checkout is incomplete"
    within 20 docker version >/dev/null 2>"$work/engine" ||
        give_up "no container engine answers: $(tail -n 1 "$work/engine"). Install Docker with its Compose plugin (in a checkout on Debian: make engine)"
    within 20 docker compose version >/dev/null 2>"$work/engine" ||
        give_up "no Docker Compose: $(tail -n 1 "$work/engine"). Install Docker with its Compose plugin (in a checkout on Debian: make engine)"
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
        say "up to date: $SERVICES_IMAGE, $TOXIPROXY_IMAGE, $PROMETHEUS_IMAGE, $ALERTMANAGER_IMAGE"
        return
    fi
    mkdir -p "$PREBUILT"
    take_lock
    have_services
    have_toxiproxy
    say "ready: $SERVICES_IMAGE, $TOXIPROXY_IMAGE"
    have_monitors
    # Ours only, and only those that a newer build left without a name.
    docker image prune --force --filter "label=$LABEL" >/dev/null 2>&1 || true
}

main "$@"

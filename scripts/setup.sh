#!/bin/sh
# Set up all that the lab needs: locked Python packages and the project itself in .venv, Toxiproxy in the lab's cache.
# (A drill that monitors gets Prometheus and Alertmanager when it needs them first.)
#
#   sh scripts/setup.sh            what is missing; says so when nothing is
#   sh scripts/setup.sh --quiet    the same, without a word when nothing is (every make target begins with it)
#   sh scripts/setup.sh --tests    what only the tests need: a real browser, Prometheus and Alertmanager with their tools
#
# A second run needs no network and takes a moment: .venv/setup.stamp holds what the first one was made from.
# Packages of the distribution (python3-venv, iproute2) are installed on Debian as root and elsewhere only named.
# Exit codes: 0 ready; 4 could not be set up: the last lines say why and what to do.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
unset PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0 DEBIAN_FRONTEND=noninteractive
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/sbin:/sbin
export PATH

OLDEST=3.11
LOCK=requirements/all.lock
STAMP=.venv/setup.stamp
TOXIPROXY=.venv/toxiproxy.path
APT_DEADLINE_S=600

say() { echo "setup: $*"; }
give_up() {
    say "$@" >&2
    exit 4
}
now() { date +%s; }

is_debian() { grep -Eq '^ID(_LIKE)?=.*debian' /etc/os-release 2>/dev/null && command -v apt-get >/dev/null; }
is_root() { [ "$(id -u)" = 0 ]; }

# install_hint PACKAGE: the command that installs it here.
install_hint() {
    if command -v apt-get >/dev/null; then echo "sudo apt-get install $1"
    elif command -v dnf >/dev/null; then echo "sudo dnf install $1"
    elif command -v pacman >/dev/null; then echo "sudo pacman -S $1"
    elif command -v apk >/dev/null; then echo "sudo apk add $1"
    elif command -v brew >/dev/null; then echo "brew install $1"
    else echo "install $1 with this system's package manager"
    fi
}

# step TEXT COMMAND...: run it quietly and say how long it took. If it fails its output is in $log.
step() {
    text=$1
    began=$(now)
    shift
    "$@" >"$log" 2>&1 || return 1
    say "$text ($(($(now) - began)) s)"
}

apt_install() {
    if [ ! -e "$work/updated" ]; then
        # A failing third-party source must not stop us: what is really missing shows at the installation.
        timeout "$APT_DEADLINE_S" apt-get update -q || true
        : >"$work/updated"
    fi
    timeout "$APT_DEADLINE_S" apt-get install -q -y --no-install-recommends "$@"
}

# A folder for the output of steps, gone when the script ends.
make_work() {
    work=$(mktemp -d)
    log=$work/log
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
}

# --- is everything there? ------------------------------------------------------------------------------------

# What .venv is made from. The folder is in it: commands in .venv/bin hold its path, so a moved one is made anew.
inputs() {
    cksum "$LOCK" pyproject.toml scripts/setup.sh compose/.env
    pwd -P
    .venv/bin/python -V 2>&1
}

is_ready() {
    [ -e "$STAMP" ] && [ "$(inputs 2>/dev/null)" = "$(cat "$STAMP")" ] || return 1
    [ -e "$TOXIPROXY" ] && [ -x "$(cat "$TOXIPROXY")" ] || return 1
    command -v ss >/dev/null || [ "$(uname -s)" != Linux ]
}

# --- Python --------------------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$python" >/dev/null && is_new_enough "$python"; then return; fi
    done
    found=$(python3 -V 2>&1) || found="no python3"
    give_up "needs Python $OLDEST or newer, found $found. Install one: $(install_hint python3) (on an older" \
        "distribution: python$OLDEST), or name one: make setup PYTHON=/path/to/python3"
}

# Debian splits venv off: `python -m venv` then fails and leaves a .venv without pip behind.
can_make_venvs() { "$python" -c 'import venv, ensurepip' 2>/dev/null; }

require_venv() {
    if can_make_venvs; then return; fi
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if is_debian && is_root; then
        step "python$version-venv installed" apt_install "python$version-venv" && can_make_venvs && return
        tail -n 5 "$log" >&2
    fi
    give_up "$(command -v "$python") can't make virtual environments (no module ensurepip)." \
        "Install it: $(install_hint "python$version-venv")"
}

# Works, and was made here? Commands in .venv/bin hold the path of the folder that they were made in: after a move
# they are broken, and in a copy they would change the original.
venv_works() {
    .venv/bin/pip --version 2>/dev/null | grep -qF " $(pwd -P)/.venv/" && is_new_enough .venv/bin/python
}

# An environment that works is kept, whoever made it and whatever else is in it: others may be using it right now.
# One that doesn't (an interrupted setup, a moved folder, a Python that is gone) is put aside, not deleted.
make_venv() {
    if venv_works; then return; fi
    find_python
    require_venv
    if [ -e .venv ]; then
        aside=.lab/venv-broken-$(now)
        mkdir -p .lab
        mv .venv "$aside"
        say "put the .venv that was here and does not work aside as $aside; delete it when you don't need it"
    fi
    step "$("$python" -V 2>&1): .venv made" "$python" -m venv .venv || {
        tail -n 5 "$log" >&2
        rm -rf .venv # the half of it that we just made
        give_up "$python -m venv failed (its last lines are above). Is there space: df -h . ?"
    }
}

# --- packages ------------------------------------------------------------------------------------------------

pip() { .venv/bin/python -m pip install --quiet --progress-bar off "$@"; }

# --no-deps: the lock is complete, and nothing is left to be resolved. An older pip would look for the newest
# package that satisfies another one's extra, and refuse it because it is not the locked one.
install_packages() {
    step "$(grep -c '^[a-zA-Z].*==' "$LOCK") packages of $LOCK installed" \
        pip --no-deps --require-hashes -r "$LOCK" || explain_pip
    step "the project itself installed" pip --no-deps --no-build-isolation -e . || explain_pip
}

explain_pip() {
    grep -E '^ *ERROR|No space' "$log" | tail -n 5 >&2 || tail -n 5 "$log" >&2
    if grep -q 'No space left' "$log"; then
        give_up "the disk is full. Free about 1 GB here ($(pwd)) and in ${TMPDIR:-/tmp}, then try again"
    elif grep -qi 'do not match the hashes' "$log"; then
        give_up "a package differs from the one locked in $LOCK: nothing of it was installed. Try again; if it stays" \
            "so, someone changed it on the way (a proxy?)"
    elif grep -Eqi 'connection|name resolution|timed out|no matching distribution|SSL' "$log"; then
        give_up "pip could not fetch a package, and it isn't in pip's cache. Connect to the internet and try again;" \
            "behind a proxy set HTTPS_PROXY, behind one that inspects TLS also PIP_CERT"
    fi
    give_up "pip failed (its last lines are above)"
}

# --- programs ------------------------------------------------------------------------------------------------

require_ss() {
    if command -v ss >/dev/null || [ "$(uname -s)" != Linux ]; then return; fi
    if is_debian && is_root; then
        step "iproute2 (ss) installed" apt_install iproute2 && return
        tail -n 5 "$log" >&2
    fi
    give_up "needs ss, which reads the bridge's queue. Install it: $(install_hint iproute2)"
}

require_git() {
    if command -v git >/dev/null; then return; fi
    say "no git here: the lab runs without, but can't record its own version. Install it: $(install_hint git)" >&2
}

require_chromium() {
    if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then return; fi
    if is_debian && is_root; then
        step "chromium (the report's tests open it) installed" apt_install chromium && return
        tail -n 5 "$log" >&2
    fi
    give_up "the report's tests need a real browser. Install it: $(install_hint chromium)"
}

# Looked up each time: what is there takes a moment, and each said how long it took when it was made.
require_monitors() {
    .venv/bin/python -m lab.runtime.binaries prometheus promtool alertmanager amtool >"$log" ||
        give_up "the planes' tests need Prometheus and Alertmanager (the reasons are above)"
}

get_toxiproxy() {
    if .venv/bin/python -m lab.runtime.binaries >"$log"; then
        sed -n 's/^toxiproxy: \(.*\) ([0-9.]* s)$/\1/p' "$log" >"$TOXIPROXY"
        return
    fi
    say "without Toxiproxy only the compose runtime works here (the reasons are above)" >&2
}

main() {
    if [ "${1:-}" = --tests ]; then
        make_work
        require_chromium
        require_monitors
        return
    fi
    if is_ready; then
        [ "${1:-}" = --quiet ] || say "nothing to do: $(.venv/bin/python -V), $(cat "$TOXIPROXY")"
        return
    fi
    all_began=$(now)
    make_work
    require_git
    require_ss
    if [ "$(inputs 2>/dev/null)" != "$(cat "$STAMP" 2>/dev/null)" ]; then
        rm -f "$STAMP"
        make_venv
        install_packages
        inputs >"$STAMP"
    fi
    get_toxiproxy
    say "ready ($(($(now) - all_began)) s)"
}

main "$@"

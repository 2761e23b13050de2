# What engine.sh and images.sh have in common; they source it and set `who` (their name) and `work` (a folder).
# shellcheck shell=sh disable=SC2154

say() { echo "$who: $*"; }
give_up() {
    say "$@" >&2
    exit 4
}

# step TEXT COMMAND...: run it quietly and say how long it took; if it fails, show the end of its output.
# All of it goes to standard error: standard output may be the answer that a person asked for.
step() {
    text=$1
    began=$(date +%s)
    shift
    if "$@" >"$work/step.log" 2>&1; then
        say "$text ($(($(date +%s) - began)) s)" >&2
        return
    fi
    tail -n 20 "$work/step.log" >&2
    give_up "failed after $(($(date +%s) - began)) s, wanted: $text (its last lines are above)"
}

# within SECONDS COMMAND...: a deadline where the machine has one to offer (stock macOS has no timeout).
within() {
    if command -v timeout >/dev/null; then timeout "$@"; else shift && "$@"; fi
}

# go_settings GO: for what follows in this (sub)shell, Go's defaults but for where modules come from. A user's own settings
# (exported, or by `go env -w`) may build for another machine, or leave checksums unverified (GOSUMDB=off, GONOSUMDB, ...).
go_settings() {
    GOPROXY=$("$1" env GOPROXY) && GOSUMDB=$("$1" env GOSUMDB) || return 1
    if [ "$GOSUMDB" = off ]; then GOSUMDB=; fi
    unset GOFLAGS GOOS GOARCH GOBIN GOPRIVATE GONOSUMDB GONOSUMCHECK GOINSECURE GOTOOLCHAIN
    GOENV=off
    export GOPROXY GOSUMDB GOENV
}

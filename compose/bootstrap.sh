# What stands in for official images where no image registry can be reached: made from Debian's packages with
# mmdebstrap, on Debian as root. images.sh sources it, after steps.sh and with its own settings.
# shellcheck shell=sh disable=SC2154

require_debian() { # IMAGE REMEDY
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        give_up "can't have $1: no image registry answers ($(cat "$work/unreachable"))," \
            "and bootstrapping it needs Debian and root. Do one of: give the engine a registry mirror;" \
            "docker load a copy of it; run this as root on Debian; $2"
    fi
    command -v mmdebstrap >/dev/null || step "mmdebstrap installed" install_mmdebstrap
}

install_mmdebstrap() {
    within $BUILD_DEADLINE_S apt-get update -q || true
    DEBIAN_FRONTEND=noninteractive within $BUILD_DEADLINE_S apt-get install -q -y --no-install-recommends mmdebstrap
}

# --- the base of the Python services -------------------------------------------------------------------------

bootstrap_base() {
    require_debian "$PYTHON_IMAGE" "use --runtime embedded, which needs no image"
    step "$PYTHON_IMAGE stands in: a Debian $SUITE base bootstrapped with mmdebstrap" make_base
}

# `python` and `pip` as in the official image: on the PATH, and pip may install without a venv.
# shellcheck disable=SC2016 # $1 is the new root, for mmdebstrap's hook
LIKE_OFFICIAL='ln -s /usr/bin/python3 "$1/usr/local/bin/python" && rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED'

make_base() {
    within $BUILD_DEADLINE_S mmdebstrap --variant=minbase --include=python3,python3-pip,python3-venv,ca-certificates,curl \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --customize-hook="$LIKE_OFFICIAL" $SUITE "$work/base.tar" &&
        docker import --change "LABEL retry-storm-lab.base=debian-$SUITE-bootstrapped" \
            --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' \
            --change 'CMD ["python3"]' "$work/base.tar" "$PYTHON_IMAGE" &&
        rm -f "$work/base.tar"
}

# --- Prometheus and Alertmanager -------------------------------------------------------------------------------

bootstrap_monitor() { # IMAGE FROM PROGRAM OLDEST: from a folder of programs, or from Debian's package
    require_debian "$1" "do without the drills that monitor"
    step "$1 stands in: $3 of ${2##*/} on Debian's libc and busybox" make_monitor "$@"
}

make_monitor() {
    # shellcheck disable=SC2016 # for the shell of mmdebstrap's hook
    HOOK=$PWD/compose/monitor-hook.sh FROM=$2 PROGRAM=$3 OLDEST=$4 within $BUILD_DEADLINE_S mmdebstrap \
        --variant=extract --include=libc6,busybox --extract-hook='sh "$HOOK" "$1"' $SUITE "$work/monitor.tar" &&
        docker import --change "LABEL $LABEL=$INPUTS retry-storm-lab.base=debian-$SUITE-bootstrapped" \
            --change 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin' --change "WORKDIR /$3" --change 'USER 65534:65534' \
            --change "ENTRYPOINT [\"/usr/bin/$3\"]" "$work/monitor.tar" "$1" &&
        rm -f "$work/monitor.tar"
}

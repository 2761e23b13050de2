#!/bin/sh
# mmdebstrap's hook for the image of a monitor: makes the new root (the argument), which has libc and busybox, as like
# the official image as the lab needs it. PACKAGE of Debian has PROGRAM; OLDEST is the first version that will do.
set -eu
cd "$1"

APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download "$PACKAGE"
version=$(dpkg-deb --field "$PACKAGE"_*.deb Version)
if ! dpkg --compare-versions "$version" ge "$OLDEST"; then
    echo "Debian's $PACKAGE is $version; wanted: $OLDEST or newer (compose/.env). Load or pull an official image"
    exit 1
fi
rm -rf usr/share usr/lib/*/gconv etc/resolv.conf etc/hostname
# Debian's programs have their web pages and templates beside them, official ones inside.
dpkg-deb --fsys-tarfile "$PACKAGE"_*.deb | tar --extract --file - ./usr/bin ./usr/share/prometheus
rm "$PACKAGE"_*.deb
[ -e "usr/bin/$PROGRAM" ] || ln -s "$PACKAGE" "usr/bin/$PROGRAM"

chroot . /bin/busybox --install -s /bin # wget for health checks, and a shell to look around

echo 'hosts: files dns' >etc/nsswitch.conf
printf '%s\n' 'root:x:0:0:root:/:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >etc/passwd
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >etc/group
mkdir -p -m 1777 tmp
mkdir "$PROGRAM" # a named volume mounted here takes over its owner
chown 65534:65534 "$PROGRAM"

chroot . "/usr/bin/$PROGRAM" --version

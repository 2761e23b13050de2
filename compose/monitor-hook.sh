#!/bin/sh
# mmdebstrap's hook for the image of a monitor: makes the new root (the argument), which has libc and busybox, as like
# the official image as the lab needs it. FROM is a folder of programs, or Debian's package that has PROGRAM; OLDEST is
# the first version that will do.
set -eu
cd "$1"

from_package() {
    APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download "$FROM"
    version=$(dpkg-deb --field "$FROM"_*.deb Version)
    if ! dpkg --compare-versions "$version" ge "$OLDEST"; then
        echo "Debian's $FROM is $version; wanted: $OLDEST or newer (compose/.env). Load or pull an official image"
        exit 1
    fi
    # Debian's programs have their web pages and templates beside them, official ones inside.
    dpkg-deb --fsys-tarfile "$FROM"_*.deb | tar --extract --file - ./usr/bin ./usr/share/prometheus
    rm "$FROM"_*.deb
}

rm -rf usr/share usr/lib/*/gconv etc/resolv.conf etc/hostname
if [ -d "$FROM" ]; then install -D -m 755 -t usr/bin "$FROM"/*; else from_package; fi

chroot . /bin/busybox --install -s /bin # wget for health checks, and a shell to look around

echo 'hosts: files dns' >etc/nsswitch.conf
printf '%s\n' 'root:x:0:0:root:/:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >etc/passwd
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >etc/group
mkdir -p -m 1777 tmp
mkdir "$PROGRAM" # a named volume mounted here takes over its owner
chown 65534:65534 "$PROGRAM"

chroot . "/usr/bin/$PROGRAM" --version

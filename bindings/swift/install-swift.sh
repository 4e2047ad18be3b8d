#!/usr/bin/env bash
# install-swift.sh FOLDER
#
# Puts a Swift toolchain below FOLDER, for a Linux machine that has none: the packages of Debian 13 ("trixie"), unpacked
# beside the system, which stays as it is. The programs then stand in FOLDER/bin: swift, swiftc, swift-format, and
# swift-exec, which starts a program that Swift has built.
#
# Swift of Debian 13 needs a newer C library than older systems have. So each program runs in a mount namespace of its
# own, in which the unpacked tree is /usr, and everything else is this machine's. Nothing stays mounted afterwards.
#
# May be interrupted and run again: what was fetched is kept, and a finished folder is left alone.
set -euo pipefail
umask 022
# Debian keeps chroot and others where a PATH without root's folders does not reach.
PATH=$PATH:/usr/sbin:/sbin

readonly suite=trixie version=6.0.3-2
readonly recipe="swiftlang $version, recipe 1"

stop() {
    echo "install-swift: $*" >&2
    exit 1
}

check_machine() {
    [ "$(uname -s)" = Linux ] || stop "this is not Linux; install Swift 6 or newer from swift.org, or Xcode 16."
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null \
        || stop "this is not Debian or a relative of it; install Swift 6 or newer from swift.org and put it on the PATH."
    [ "$(id -u)" = 0 ] || stop "only root can do this; or install Swift 6 or newer and put it on the PATH."
    local tool
    for tool in unshare mount chroot tar xz flock; do
        command -v "$tool" >/dev/null || stop "the command \`$tool\` is missing."
    done
    unshare --mount --propagation private true 2>/dev/null \
        || stop "this machine allows no mount namespaces (a container needs CAP_SYS_ADMIN); install Swift 6 another way."
    arch=$(dpkg --print-architecture)
    case $arch in
        amd64) loader=lib64/ld-linux-x86-64.so.2 ;;
        arm64) loader=lib/ld-linux-aarch64.so.1 ;;
        *) stop "Debian has no Swift for $arch." ;;
    esac
}

# The Debian mirror that this machine uses already.
find_mirror() {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null \
        | grep -v security | head -n 1) || true
    [ -n "$mirror" ] || mirror=http://deb.debian.org/debian
    readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r "$keyring" ] || stop "$keyring is missing: apt-get install debian-archive-keyring"
}

# apt with a state of its own: it knows only that suite, and nothing of it counts as installed.
apt_beside() {
    local tool=$1
    shift
    "$tool" -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$apt/none" \
        -o Dir::State="$apt/state" -o Dir::State::status="$apt/state/status" -o Dir::Cache="$apt/cache" \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root \
        -o APT::Install-Recommends=false -o Debug::NoLocking=1 "$@"
}

fetch() {
    apt=$folder/apt
    mkdir -p "$apt/none" "$apt/state/lists/partial" "$apt/cache/archives/partial"
    : > "$apt/state/status"
    echo "deb [signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
    apt_beside apt-get -qq update || stop "the package list of $suite could not be fetched from $mirror."
    # Left out: another C compiler (Swift brings clang), debuggers' and mail libraries, documentation.
    local left_out='debconf|gcc|gcc-14|gcc-14-.*-linux-gnu|gcc-[a-z].*-linux-gnu|cpp.*|lib(a|hwa|l|t|ub)san[0-9]+'
    left_out+='|libquadmath0|libitm1|libgomp1|libcc1-0|libisl23|libmpfr6|libmpc3|libgprofng0|readline-common'
    left_out+='|media-types|netbase|rpcsvc-proto|tzdata|openssl-provider-legacy|libsasl2-modules-db'
    mapfile -t packages < <(
        apt_beside apt-get -s install "swiftlang=$version" libc6-dev libstdc++-14-dev dash coreutils 2>/dev/null \
            | sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1=\2/p' | grep -vE "^($left_out)="
    )
    [ "${#packages[@]}" -gt 20 ] || stop "$mirror offers no swiftlang $version for $suite."
    # apt goes on where an earlier run was interrupted.
    (cd "$apt/cache/archives" && apt_beside apt-get -qq download "${packages[@]}") \
        || stop "a package could not be fetched; run this again, and it goes on from here."
}

unpack() {
    rm -rf "$folder/root"
    mkdir -p "$folder/root/usr/"{bin,sbin,lib,lib64,local,src}
    local name deb
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$folder/root/$name"
    done
    : > "$folder/root/empty"
    for deb in "$apt"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$folder/root" --keep-directory-symlink --no-same-owner \
            --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
            --exclude='*/swift/lib/swift/embedded' --exclude='*/swift/lib/swift_static' --exclude='*lldb*' \
            --exclude='*/FrameworkABIBaseline' --exclude='*/swift/share/docc' --exclude='*/swift/bin/clangd' \
            --exclude='*/swift/bin/sourcekit-lsp' --exclude='*/swift/bin/docc' --exclude='*/swift/bin/lld' \
            --exclude='*/swift/bin/*-ld' --exclude='*/swift/bin/*.lld' --exclude='*/swift/bin/lld-link' \
            --exclude='*libLTO.so*' --exclude='*libsourcekitdInProc.so' \
            || stop "$(basename "$deb") could not be unpacked; is the disk full?"
    done
    [ -x "$folder/root/usr/bin/sh" ] || ln -s dash "$folder/root/usr/bin/sh"
    [ -e "$folder/root/$loader" ] || stop "the unpacked tree has no $loader."
    # A library of Swift 6.0 names a symbol that no library has, and that is called only when a lock fails.
    local compiler
    for compiler in clang clang++; do
        echo '-Wl,--allow-shlib-undefined' > "$folder/root/usr/libexec/swift/bin/$compiler.cfg"
    done
}

write_programs() {
    mkdir -p "$folder/bin" "$folder/libexec" "$folder/mnt"
    cat > "$folder/libexec/inside" <<'INSIDE'
#!/bin/sh
# inside ROOT MOUNTPOINT FOLDER COMMAND...: in a mount namespace of its own already
set -eu
root=$1 mnt=$2 cwd=$3
shift 3
mount -t tmpfs -o mode=755,size=4m swift "$mnt"
mkdir "$mnt/usr"
mount --bind "$root/usr" "$mnt/usr"
for own in local src; do
    [ ! -d "/usr/$own" ] || mount --rbind "/usr/$own" "$mnt/usr/$own"
done
for top in /* /.[!.]*; do
    case ${top#/} in usr | bin | sbin | lib | lib32 | lib64 | libx32 | lost+found) continue ;; esac
    if [ -L "$top" ]; then
        cp -P "$top" "$mnt$top"
    elif [ -d "$top" ]; then
        mkdir "$mnt$top"
        if [ "$top" != /proc ] || ! mount -t proc proc "$mnt/proc" 2>/dev/null; then
            mount --rbind "$top" "$mnt$top"
        fi
    fi
done
for name in bin sbin lib lib64; do ln -s "usr/$name" "$mnt/$name"; done
# The loader must not read this machine's list of libraries.
for list in ld.so.cache ld.so.preload; do
    [ ! -e "/etc/$list" ] || mount --bind "$root/empty" "$mnt/etc/$list"
done
exec chroot "$mnt" /bin/sh -c 'cd "$1" && shift && exec "$@"' swift "$cwd" "$@"
INSIDE
    cat > "$folder/libexec/run" <<'RUN'
#!/usr/bin/env bash
set -euo pipefail
here=$(readlink -f -- "${BASH_SOURCE[0]}")
folder=${here%/libexec/*}
name=$(basename -- "$0")
if [ "$name" = swift-exec ]; then
    [ $# -gt 0 ] || { echo "swift-exec: name a program" >&2; exit 2; }
    command=("$@")
else
    command=("/usr/libexec/swift/bin/$name" "$@")
fi
as_root=()
[ "$(id -u)" = 0 ] || as_root=(--user --map-root-user)
export PATH=/usr/libexec/swift/bin:/usr/bin:/usr/sbin:$PATH
# A process namespace, too: when this is stopped, so is everything that it started.
unshare "${as_root[@]}" --mount --propagation private --pid --fork --kill-child -- \
    /bin/sh "$folder/libexec/inside" "$folder/root" "$folder/mnt" "$(pwd -P)" "${command[@]}" <&0 &
child=$!
trap 'kill -KILL "$child" 2>/dev/null; exit 143' TERM INT HUP
set +e
wait "$child"
exit $?
RUN
    chmod 755 "$folder/libexec/inside" "$folder/libexec/run"
    local name
    for name in swift swiftc swift-build swift-test swift-run swift-package swift-format swift-exec; do
        ln -sfn ../libexec/run "$folder/bin/$name"
    done
}

try_it() {
    local probe
    probe=$(mktemp -d)
    echo 'import Foundation
print("Swift works:", Locale(identifier: "de_DE").identifier)' > "$probe/main.swift"
    (cd "$probe" && "$folder/bin/swiftc" main.swift -o probe && "$folder/bin/swift-exec" ./probe) \
        || stop "the compiler does not work; see above. The folder is $folder."
    rm -rf "$probe"
}

[ $# -eq 1 ] && [ -n "$1" ] || stop "name one folder"
if [ "$(cat "$1/.finished" 2>/dev/null)" = "$recipe" ]; then
    exit 0
fi
check_machine
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
exec 9> "$folder/.lock"
flock 9
# Another run may have finished it meanwhile.
[ "$(cat "$folder/.finished" 2>/dev/null)" != "$recipe" ] || exit 0
find_mirror
echo "install-swift: fetching Swift 6.0.3 from $mirror: about 515 MB, 1 GB on disk, into $folder"
fetch
echo "install-swift: unpacking"
unpack
write_programs
try_it
rm -rf "$apt"
echo "$recipe" > "$folder/.finished"

#!/bin/bash
# Compiles for phones on a Debian machine that has neither the Android NDK nor Xcode nor rustup's targets:
#
#   bare-targets.sh aarch64-linux-android check -p fieldkeep-ffi
#   bare-targets.sh aarch64-apple-ios rustc -p fieldkeep-ffi --crate-type staticlib --profile phone
#   bare-targets.sh link-ios FILE.a
#
# What comes out is a check, never something to ship. Android: the Rust code is checked; C compiles against musl's headers,
# and nothing is linked. iOS: a static library, linked on trial against the symbols of macOS's libSystem.
#
# How: the standard library is compiled from Debian's rust-src of the installed rustc's version, C by the clang inside the
# PyPI package `ziglang`. About 150 MB are fetched once into $FIELDKEEP_TOOLS/phone (~/.cache/fieldkeep/phone); the
# installed tool chain stays as it is.
set -euo pipefail

# `cargo run` points it at the installed tool chain, and a compiler takes its library, and so its sources, from there.
unset LD_LIBRARY_PATH

readonly HOME_DIR=${FIELDKEEP_TOOLS:-$HOME/.cache/fieldkeep}/phone
readonly ZIG=0.17.1
readonly IOS=15.0
RUSTC_VERSION=$(rustc --version | cut -d' ' -f2)
readonly RUSTC_VERSION
readonly CHAIN=$HOME_DIR/rust-$RUSTC_VERSION
readonly STAMP="rust $RUSTC_VERSION, zig $ZIG, ios $IOS"

fail() {
  echo "bare-targets: $*" >&2
  exit 1
}

# A copy of the tool chain, by hard links where that works: the library's sources must lie inside it.
copy_chain() {
  [ -x "$CHAIN/bin/rustc" ] && return
  local from
  from=$(readlink -f "$(rustc --print sysroot)")
  rm -rf "$CHAIN.part"
  cp -al "$from" "$CHAIN.part" 2>/dev/null || { rm -rf "$CHAIN.part" && cp -a "$from" "$CHAIN.part"; }
  mv "$CHAIN.part" "$CHAIN"
}

# The suites that carry newer compilers are read with a configuration of their own; the system's package lists stay.
fetch_sources() {
  local library=$CHAIN/lib/rustlib/src/rust/library apt=$HOME_DIR/apt mirror package
  [ -f "$library/Cargo.lock" ] && return
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/ 2>/dev/null | head -n 1 | tr -d ' ' || true)
  [ -n "$mirror" ] || fail "no Debian mirror is configured in /etc/apt"
  rm -rf "$apt" && mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  local key=/usr/share/keyrings/debian-archive-keyring.gpg suite
  for suite in trixie-backports sid; do echo "deb [signed-by=$key] $mirror $suite main"; done >"$apt/sources.list"
  : >"$apt/status"
  printf '%s\n' "Dir::State::Lists \"$apt/lists\";" "Dir::State::status \"$apt/status\";" "Dir::Cache \"$apt/cache\";" \
    "Dir::Etc::SourceList \"$apt/sources.list\";" 'Dir::Etc::SourceParts "/dev/null";' 'Debug::NoLocking "true";' \
    'Acquire::Languages "none";' 'APT::Sandbox::User "root";' >"$apt/apt.conf"
  APT_CONFIG=$apt/apt.conf apt-get -qq update
  local known
  known=$(APT_CONFIG=$apt/apt.conf apt-cache madison rust-src | cut -d'|' -f2 | tr -d ' ')
  package=$(grep -m 1 -F "$RUSTC_VERSION+" <<<"$known" || true)
  [ -n "$package" ] || fail "Debian has no rust-src for rustc $RUSTC_VERSION (it has: $(tr '\n' ' ' <<<"$known"))"
  (cd "$apt" && APT_CONFIG=$apt/apt.conf apt-get -qq download "rust-src=$package")
  dpkg-deb -x "$apt"/rust-src_*.deb "$apt/unpacked"
  mkdir -p "$(dirname "$library")"
  cp -a "$apt/unpacked/usr/src/rustc-$RUSTC_VERSION/library" "$library"
  rm -rf "$apt"
}

fetch_clang() {
  local python=$HOME_DIR/python/bin/python
  if ! "$python" -m ziglang version 2>/dev/null | grep -qxF "$ZIG"; then
    python3 -m venv "$HOME_DIR/python"
    "$HOME_DIR/python/bin/pip" -q install "ziglang==$ZIG"
  fi
  ln -sfn "$("$python" -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')" "$HOME_DIR/zig"
}

# The cc crate names targets as clang does; zig's clang knows them by other names.
write_compilers() {
  mkdir -p "$HOME_DIR/bin" "$HOME_DIR/no-sdk"
  local zig=$HOME_DIR/zig
  cat >"$HOME_DIR/bin/cc-aarch64-linux-android" <<END
#!/bin/bash
kept=()
for word in "\$@"; do case \$word in --target=* | -target=*) ;; *) kept+=("\$word") ;; esac; done
exec "$zig/zig" cc -target aarch64-linux-musl -fno-sanitize=undefined "\${kept[@]}"
END
  cat >"$HOME_DIR/bin/cc-aarch64-apple-ios" <<END
#!/bin/bash
kept=() skip=no
for word in "\$@"; do
  if [ \$skip = yes ]; then skip=no; continue; fi
  case \$word in
    --target=* | -m*version-min=*) ;;
    -isysroot | -target | -arch) skip=yes ;;
    *) kept+=("\$word") ;;
  esac
done
exec "$zig/zig" cc -target aarch64-ios.$IOS -fno-sanitize=undefined \\
  -isystem "$zig/lib/libc/include/any-darwin-any" "\${kept[@]}"
END
  printf '#!/bin/bash\nexec "%s/zig" ar "$@"\n' "$zig" >"$HOME_DIR/bin/ar"
  chmod +x "$HOME_DIR"/bin/*
}

set_up() {
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "works on Linux x86_64 only"
  for tool in apt-get dpkg-deb python3 flock; do command -v "$tool" >/dev/null || fail "$tool is missing"; done
  mkdir -p "$HOME_DIR"
  exec 9>"$HOME_DIR/lock"
  flock 9
  if [ "$(cat "$HOME_DIR/ready" 2>/dev/null)" != "$STAMP" ]; then
    echo "fetching the library's sources and a clang (about 150 MB, once) to $HOME_DIR" >&2
    rm -f "$HOME_DIR/ready"
    copy_chain && fetch_sources && fetch_clang && write_compilers
    echo "$STAMP" >"$HOME_DIR/ready"
  fi
  exec 9>&-
}

run_cargo() {
  local target=$1 name=${1//-/_}
  shift
  case $target:$1 in
    aarch64-linux-android:check | aarch64-linux-android:clippy) ;;
    aarch64-linux-android:*) fail "Android is only checked here: building and linking needs the NDK" ;;
    aarch64-apple-ios:*) export SDKROOT=$HOME_DIR/no-sdk IPHONEOS_DEPLOYMENT_TARGET=$IOS ;;
    *) fail "knows aarch64-linux-android and aarch64-apple-ios, not $target" ;;
  esac
  unset RUSTUP_TOOLCHAIN RUSTC RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO
  export PATH=$CHAIN/bin:$PATH RUSTC_BOOTSTRAP=1
  export "CC_$name=$HOME_DIR/bin/cc-$target" "AR_$name=$HOME_DIR/bin/ar"
  exec cargo "$1" -Zbuild-std=std,panic_unwind --target "$target" "${@:2}"
}

# Every symbol must be found: in the library itself, or in libSystem. zig's list of libSystem is macOS's, so a function that
# only iOS lacks would slip through.
link_ios() {
  local tbd=$HOME_DIR/libSystem.tbd
  sed -E -e 's/arm64e\.x1-[a-z]+,? *//g' -e 's/, *\]/ ]/g' -e 's/arm64e-macos/arm64-ios, arm64e-macos/g' \
    "$HOME_DIR/zig/lib/libc/darwin/libSystem.tbd" >"$tbd"
  "$CHAIN/lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/ld64.lld" -arch arm64 -platform_version ios "$IOS" "$IOS" \
    -dylib -all_load -dead_strip -o "$HOME_DIR/trial.dylib" "$1" "$tbd"
}

case ${1:-} in
  aarch64-*)
    [ $# -ge 2 ] || fail "which cargo command?"
    set_up
    run_cargo "$@"
    ;;
  link-ios)
    set_up
    link_ios "${2:?a static library}"
    ;;
  *) sed -n '2,/^set -/p' "$0" | grep '^#' >&2 && exit 2 ;;
esac

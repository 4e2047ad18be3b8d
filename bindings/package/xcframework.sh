#!/usr/bin/env bash
# xcframework.sh: builds the C side of the Swift package for Apple systems and packs it as an XCFramework, into
# bindings/swift/generated/FieldkeepNative.xcframework, where Package.swift looks for it.
#
# NOT RUN YET: it needs a Mac with Xcode 16 and rustup; the package was built and tested on Linux only.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root profile=release
readonly targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin)
readonly package=$root/bindings/swift
readonly work=$root/target/xcframework

[ "$(uname -s)" = Darwin ] || { echo "xcframework.sh: this needs a Mac with Xcode" >&2; exit 1; }
export IPHONEOS_DEPLOYMENT_TARGET=16.0 MACOSX_DEPLOYMENT_TARGET=13.0

rustup target add "${targets[@]}"
cd "$root"
for target in "${targets[@]}"; do
    cargo build -p fieldkeep-ffi "--$profile" --target "$target"
done
library() { echo "$root/target/$1/$profile/libfieldkeep_ffi.a"; }

# Sources and headers are read out of a library for this machine.
cargo build -p fieldkeep-bindgen
bindgen=$root/target/debug/fieldkeep-bindgen
readonly described=$root/target/aarch64-apple-darwin/$profile/libfieldkeep_ffi.dylib
readonly sources=$package/Sources/FieldkeepTypes/generated headers=$work/headers
rm -rf "$work" "$sources" "$package/generated/FieldkeepNative.xcframework"
mkdir -p "$headers/Fieldkeep" "$sources" "$package/generated"
(
    cd bindings
    "$bindgen" --swift-sources "$described" "$sources" --config ../uniffi.toml
    "$bindgen" --headers "$described" "$headers/Fieldkeep" --config ../uniffi.toml
)
# Two modules: each generated source imports its own. In a folder of their own, so that they do not meet the module map
# of another XCFramework.
for module in fieldkeepFFI fieldkeep_ffiFFI; do
    printf 'module %s {\n    header "%s.h"\n    export *\n}\n' "$module" "$module"
done > "$headers/Fieldkeep/module.modulemap"

# Both simulators in one library.
mkdir -p "$work/simulator"
lipo -create "$(library aarch64-apple-ios-sim)" "$(library x86_64-apple-ios)" \
    -output "$work/simulator/libfieldkeep_ffi.a"

xcodebuild -create-xcframework \
    -library "$(library aarch64-apple-ios)" -headers "$headers" \
    -library "$work/simulator/libfieldkeep_ffi.a" -headers "$headers" \
    -library "$(library aarch64-apple-darwin)" -headers "$headers" \
    -output "$package/generated/FieldkeepNative.xcframework"

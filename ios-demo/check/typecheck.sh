#!/bin/sh
# Type-checks the views against the models and a stand-in for SwiftUI. For hosts without Apple's SDK; on a Mac, Xcode
# compiles them against the real one.
#
#   check/typecheck.sh [SCRATCH]     SCRATCH: where `swift build` puts its files, Models/.build unless given
#
# SWIFT and SWIFTC say where the compiler is; on the PATH unless given.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
scratch=${1:-$here/Models/.build}
headers=$here/../bindings/swift/generated

"${SWIFT:-swift}" build --package-path "$here/Models" --scratch-path "$scratch" --target FieldDemoModels -Xswiftc -warnings-as-errors

stand_in=$scratch/stand-in
mkdir -p "$stand_in"
"${SWIFTC:-swiftc}" -emit-module -parse-as-library -swift-version 6 -module-name SwiftUI -o "$stand_in/SwiftUI.swiftmodule" \
    "$here/check/SwiftUIStandIn.swift"

"${SWIFTC:-swiftc}" -typecheck -parse-as-library -swift-version 6 -warnings-as-errors -module-name FieldDemo \
    -I "$scratch/debug/Modules" -I "$stand_in" \
    -Xcc "-fmodule-map-file=$headers/fieldkeepFFI/module.modulemap" \
    -Xcc "-fmodule-map-file=$headers/fieldkeep_ffiFFI/module.modulemap" \
    "$here"/App/*.swift
echo "the views fit their models"

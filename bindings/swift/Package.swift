// swift-tools-version: 6.0
import PackageDescription

// The C side. On an Apple system it is an XCFramework (`bindings/package/xcframework.sh` makes it). Elsewhere it is the
// library that cargo built; its folder is given to the linker on the command line, see README.md.
#if os(Linux)
let native: [Target] = [
    .systemLibrary(name: "fieldkeepFFI", path: "generated/fieldkeepFFI"),
    .systemLibrary(name: "fieldkeep_ffiFFI", path: "generated/fieldkeep_ffiFFI"),
]
// They start processes of the harness, as Linux does it; the last is for `cargo xtask bench`.
let behaviours: [Target] = [
    .target(name: "FieldkeepTesting", dependencies: ["Fieldkeep"], path: "Tests/Testing"),
    .executableTarget(name: "fieldkeep-child", dependencies: ["Fieldkeep"], path: "Tests/Child"),
    .testTarget(name: "FieldkeepTests", dependencies: ["Fieldkeep", "FieldkeepTesting", "fieldkeep-child"]),
    .testTarget(name: "OddNamesTests", dependencies: ["Fieldkeep"]),
    .executableTarget(name: "fieldkeep-bench", dependencies: ["Fieldkeep"], path: "Bench"),
]
// For the tests of the demo app.
let testing: [Product] = [.library(name: "FieldkeepTesting", targets: ["FieldkeepTesting"])]
#else
let native: [Target] = [
    .binaryTarget(name: "FieldkeepNative", path: "generated/FieldkeepNative.xcframework")
]
let behaviours: [Target] = []
let testing: [Product] = []
#endif

let package = Package(
    name: "Fieldkeep",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: testing + [
        .library(name: "Fieldkeep", targets: ["Fieldkeep"]),
        .library(name: "FieldkeepPhone", targets: ["FieldkeepPhone"]),
    ],
    targets: native + behaviours + [
        .target(name: "FieldkeepTypes", dependencies: native.map { .target(name: $0.name) }),
        .target(name: "Fieldkeep", dependencies: ["FieldkeepTypes"]),
        .target(name: "FieldkeepPhone", dependencies: ["Fieldkeep"]),
        .testTarget(name: "FieldkeepPhoneTests", dependencies: ["FieldkeepPhone"]),
    ],
    swiftLanguageModes: [.v6]
)

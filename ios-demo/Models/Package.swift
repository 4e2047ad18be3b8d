// swift-tools-version: 6.0
import PackageDescription

// The tests start processes of the harness, as Linux does it.
#if os(Linux)
let tests: [Target] = [
    .testTarget(
        name: "FieldDemoModelsTests",
        dependencies: ["FieldDemoModels", .product(name: "FieldkeepTesting", package: "swift")])
]
#else
let tests: [Target] = []
#endif

let package = Package(
    name: "FieldDemoModels",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "FieldDemoModels", targets: ["FieldDemoModels"])],
    dependencies: [.package(path: "../../bindings/swift")],
    targets: tests + [
        .target(
            name: "FieldDemoModels",
            dependencies: [
                .product(name: "Fieldkeep", package: "swift"), .product(name: "FieldkeepPhone", package: "swift"),
            ])
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "FieldDemoModels",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "FieldDemoModels", targets: ["FieldDemoModels"])],
    dependencies: [.package(path: "../../bindings/swift")],
    targets: [
        .target(
            name: "FieldDemoModels",
            dependencies: [
                .product(name: "Fieldkeep", package: "swift"), .product(name: "FieldkeepPhone", package: "swift"),
            ]),
        .testTarget(name: "FieldDemoModelsTests", dependencies: ["FieldDemoModels"]),
    ],
    swiftLanguageModes: [.v6]
)

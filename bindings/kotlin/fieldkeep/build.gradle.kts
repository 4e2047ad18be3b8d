// For Android Studio. The project's own checks build with Maven; nobody has run these Gradle files there.
plugins {
    alias(libs.plugins.kotlin.jvm)
}

group = "io.fieldkeep"
version = "0.1.0"

// Where cargo builds, and where `cargo xtask bindings` writes the generated code; -Pcargo.target says another place.
val cargoTarget = providers.gradleProperty("cargo.target").orElse("${rootDir.path}/../../target")
val nativeFolder = cargoTarget.map { "$it/debug" }

kotlin {
    jvmToolchain(17)
    sourceSets["main"].kotlin.srcDir(cargoTarget.map { "$it/generated/kotlin" })
}

dependencies {
    api(libs.coroutines)
    // On a phone jna's .aar takes its place: see `../android/build.gradle.kts`.
    implementation(libs.jna)
    testImplementation(libs.kotlin.test.junit5)
    testImplementation(libs.serialization.json)
    testImplementation(libs.junit.jupiter)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.test {
    useJUnitPlatform()
    systemProperty("jna.library.path", nativeFolder.get())
    systemProperty("fieldkeep.harness", "${nativeFolder.get()}/fieldkeep")
    systemProperty("fieldkeep.schema", "${rootDir.path}/../../harness/schemas/field_service.json")
    systemProperty("fieldkeep.kotlin", rootDir.path)
    systemProperty("junit.jupiter.execution.timeout.default", "120 s")
    systemProperty("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
}

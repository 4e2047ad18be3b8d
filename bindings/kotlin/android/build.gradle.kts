// For Android Studio. The project's own checks build with Maven; nobody has run these Gradle files there.
plugins {
    alias(libs.plugins.android.library)
}

group = "io.fieldkeep"
version = "0.1.0"

// Where cargo builds, and where `cargo xtask step quickstarts` writes; -Pcargo.target says another place.
val cargoTarget = providers.gradleProperty("cargo.target").orElse("${rootDir.path}/../../target")

android {
    namespace = "io.fieldkeep.android"
    compileSdk = 35
    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    // `cargo ndk -o bindings/kotlin/android/src/main/jniLibs build --release -p fieldkeep-ffi` puts the library there.
    testOptions.unitTests.isIncludeAndroidResources = true
    testOptions.unitTests.all { it.systemProperty("jna.library.path", cargoTarget.map { target -> "$target/debug" }.get()) }
    // The code of docs/quickstart-android.md, and the classes that it uses.
    sourceSets["test"].kotlin.srcDir(cargoTarget.map { "$it/generated/quickstart-kotlin" })
    sourceSets["test"].kotlin.srcDir(cargoTarget.map { "$it/generated/models-kotlin/demo" })
}

dependencies {
    // Its jar has no library for Android: the .aar has, for all four processors.
    api(project(":fieldkeep")) { exclude(group = "net.java.dev.jna", module = "jna") }
    implementation(libs.jna) { artifact { type = "aar" } }
    testImplementation(libs.jna)
    testImplementation(libs.junit4)
    testImplementation(libs.robolectric)
}

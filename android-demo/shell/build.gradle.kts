// For Android Studio. The project's own checks build with Maven; nobody has run these Gradle files there.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose.compiler)
}

android {
    namespace = "io.fieldkeep.demo.android"
    compileSdk = 36
    defaultConfig {
        applicationId = "io.fieldkeep.demo"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    buildFeatures {
        compose = true
    }
    // The models of the screens and the screens themselves: the very sources that are tested on the desktop.
    sourceSets["main"].kotlin.srcDirs(
        "src/main/kotlin",
        "../app-models/src/main/kotlin",
        "../app-models/src/generated/kotlin",
        "../screens/src/main/kotlin",
    )
    // `cargo ndk -o android-demo/shell/src/main/jniLibs build --release -p fieldkeep-ffi` puts the library there.
}

dependencies {
    implementation("io.fieldkeep:android")
    implementation(libs.activity.compose)
    implementation(libs.compose.foundation)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
}

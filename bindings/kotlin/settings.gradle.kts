// For Android Studio. The project's own checks build with Maven; nobody has run these Gradle files there.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "fieldkeep-kotlin"
include(":fieldkeep", ":android")

package io.fieldkeep

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Maven builds here and Gradle in Android Studio: one list of versions. */
class VersionsTest {
    @Test
    fun `gradle and maven name the same versions`() {
        val folder = File(property("fieldkeep.kotlin"))
        val maven = Regex("<([a-z0-9-]+)\\.version>([^<]+)</").findAll(File(folder, "pom.xml").readText())
            .associate { it.groupValues[1] to it.groupValues[2] }
        val gradle = Regex("^([a-z0-9-]+) = \"([^\"]+)\"$", RegexOption.MULTILINE)
            .findAll(File(folder, "gradle/libs.versions.toml").readText().substringBefore("[libraries]"))
            .associate { it.groupValues[1] to it.groupValues[2] }
        val shared = gradle - GRADLE_ONLY
        assertTrue(shared.size >= 7, "$gradle")
        assertEquals(shared, maven.filterKeys { it in shared })
    }

    private companion object {
        const val GRADLE_ONLY = "android-plugin"
    }
}

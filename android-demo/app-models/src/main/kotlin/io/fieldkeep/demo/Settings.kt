package io.fieldkeep.demo

import java.io.File
import java.io.StringReader
import java.io.StringWriter
import java.util.Properties

/** Who works here, and how. */
data class AppSettings(
    /** The server's address. */
    val server: String,
    val user: String,
    /** The bearer token. A real app keeps it in the system's key store, not among its settings. */
    val token: String,
    val darkTheme: Boolean = false,
)

/** Where settings are kept between two starts. */
class SettingsFile(private val file: File) {
    /** What was saved; null before the first time. */
    fun load(): AppSettings? {
        if (!file.exists()) return null
        val saved = propertiesOf(file.readText())
        return AppSettings(
            server = saved.getProperty("server") ?: return null,
            user = saved.getProperty("user") ?: return null,
            token = saved.getProperty("token").orEmpty(),
            darkTheme = saved.getProperty("dark_theme").toBoolean(),
        )
    }

    /** Replaces what was saved, all of it or nothing. */
    fun save(settings: AppSettings) {
        file.absoluteFile.parentFile.mkdirs()
        val written = File("${file.path}.new")
        written.writeText(
            textOf(
                mapOf(
                    "server" to settings.server,
                    "user" to settings.user,
                    "token" to settings.token,
                    "dark_theme" to settings.darkTheme.toString(),
                ),
            ),
        )
        check(written.renameTo(file)) { "cannot write ${file.path}" }
    }
}

/** Names and values as text, for settings and drafts. */
internal fun textOf(values: Map<String, String>): String {
    val text = StringWriter()
    Properties().apply { putAll(values) }.store(text, null)
    return text.toString()
}

/** Reads what [textOf] wrote. */
internal fun propertiesOf(text: String): Properties = Properties().apply { load(StringReader(text)) }

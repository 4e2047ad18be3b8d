package io.fieldkeep

import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files

/** The reference server as a process, and what a test says to it. */
class Site : AutoCloseable {
    private val folder = Files.createTempDirectory("fieldkeep-server").toFile()
    private val harness = requireNotNull(System.getProperty("fieldkeep.harness")) { "run by `cargo xtask test`" }
    private val process =
        ProcessBuilder(harness, "serve", "--data", folder.path, "--listen", "127.0.0.1:0")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    private val http = HttpClient.newHttpClient()

    /** Where it listens. */
    val url: String = member(process.inputReader().readLine(), "listening")

    /** The schema of the demo, as apps read it. */
    val schemaJson: String = File(requireNotNull(System.getProperty("fieldkeep.schema"))).readText()

    /** The token of a user. */
    fun token(user: String): String = member(File(folder, "tokens.json").readText(), user)

    /** Tells the server how to behave, or what the office does. */
    fun behave(command: String): String {
        val request = HttpRequest.newBuilder(URI("$url/admin/behave"))
            .header("authorization", "Bearer ${File(folder, "admin-token").readText().trim()}")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(command))
            .build()
        val reply = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(reply.statusCode() == 200) { reply.body() }
        return reply.body()
    }

    /** A phone of that user, with a folder of its own. */
    suspend fun phone(user: String = "ana", data: File = folder("phone")): Fieldkeep =
        Fieldkeep.open(Options(data.path, user, schemaJson, url, FixedTokens(token(user))))

    fun folder(name: String): File = Files.createTempDirectory("fieldkeep-$name").toFile()

    override fun close() {
        process.destroy()
        process.waitFor()
        folder.deleteRecursively()
    }

    private fun member(json: String, name: String): String =
        requireNotNull(Regex("\"$name\"\\s*:\\s*\"([^\"]+)\"").find(json)) { "no $name in $json" }.groupValues[1]
}

/** Somebody who is signed in for good. */
class FixedTokens(private val text: String) : Tokens {
    override fun current() = AccessToken(text, 1u)

    override fun refresh(stale: ULong): AccessToken? = null
}

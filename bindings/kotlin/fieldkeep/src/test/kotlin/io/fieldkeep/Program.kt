package io.fieldkeep

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import java.util.concurrent.TimeUnit

/** A program of the harness that writes JSON lines, and answers each line it reads with one. */
class Program(vararg arguments: String) : AutoCloseable {
    private val process = ProcessBuilder(listOf(property("fieldkeep.harness")) + arguments)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val input = process.outputWriter()
    private val output = process.inputReader()

    /** What it said first, if it is one that does. */
    val first: JsonObject by lazy { readLine() }

    /** Says something, and returns the result that came back. */
    fun ask(command: String): JsonObject {
        input.append(command).append('\n').flush()
        val reply = readLine()
        check(reply.getValue("ok").toString() == "true") { "$command: $reply" }
        return reply.getValue("result").jsonObject
    }

    override fun close() {
        input.close()
        process.destroy()
        check(process.waitFor(20, TimeUnit.SECONDS)) { "it does not end" }
    }

    private fun readLine(): JsonObject {
        val line = checkNotNull(output.readLine()) { "it has ended" }
        return Json.parseToJsonElement(line).jsonObject
    }
}

internal fun property(name: String): String = checkNotNull(System.getProperty(name)) { "run by `cargo xtask test`" }

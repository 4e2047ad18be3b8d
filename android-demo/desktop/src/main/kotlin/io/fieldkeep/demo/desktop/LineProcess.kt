package io.fieldkeep.demo.desktop

import java.io.File

/** A program that answers each line with a line. */
class LineProcess(vararg command: String) : AutoCloseable {
    private val process = ProcessBuilder(*command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val replies = process.inputReader()
    private val wishes = process.outputWriter()

    /** The next line that it writes. */
    fun hear(): String = requireNotNull(replies.readLine()) { "the program has ended" }

    /** Says a line and gives the answer, which must be a success. */
    @Synchronized
    fun say(line: String): String {
        wishes.write(line)
        wishes.newLine()
        wishes.flush()
        return hear().also { check("\"ok\":true" in it) { "$line: $it" } }
    }

    override fun close() {
        process.destroy()
        process.waitFor()
    }
}

/** The text of a member, wherever it stands first. Enough for the harness's short lines. */
fun member(json: String, name: String): String =
    requireNotNull(Regex("\"$name\"\\s*:\\s*\"([^\"]+)\"").find(json)) { "no $name in $json" }.groupValues[1]

/** The harness's program. */
fun harness(): File = File(requireNotNull(System.getProperty("fieldkeep.harness")) { "say -Dfieldkeep.harness=PATH" })

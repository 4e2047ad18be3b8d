package io.fieldkeep

import kotlinx.coroutines.runBlocking
import java.io.File
import java.util.concurrent.TimeUnit

/** Another process of the same program, which can be killed. What it does is in [main]. */
class Child(vararg arguments: String, javaOptions: List<String> = emptyList()) : AutoCloseable {
    private val process = ProcessBuilder(
        listOf(File(System.getProperty("java.home"), "bin/java").path) + javaOptions +
            listOf("-cp", System.getProperty("java.class.path")) +
            listOf("jna.library.path", "fieldkeep.schema").map { "-D$it=${property(it)}" } +
            listOf("io.fieldkeep.ChildKt") + arguments,
    ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val output = process.inputReader()

    /** The next line that it says. */
    fun readLine(): String = checkNotNull(output.readLine()) { "the child has ended" }

    /** SIGKILL: no code of the child runs any more. */
    fun kill() {
        process.destroyForcibly()
        check(process.waitFor() == SIGKILL_EXIT_CODE) { "it ended by itself: ${process.exitValue()}" }
    }

    override fun close() {
        process.destroyForcibly()
        check(process.waitFor(20, TimeUnit.SECONDS)) { "it does not end" }
    }

    private companion object {
        const val SIGKILL_EXIT_CODE = 137
    }
}

/** The child: `save|hold|list FOLDER URL TOKEN`. Each says on standard output how far it is. */
fun main(arguments: Array<String>) = runBlocking {
    val (what, folder, url, token) = arguments
    val schemaJson = File(property("fieldkeep.schema")).readText()
    val options = Options(folder, "ana", schemaJson, url, FixedTokens(token))
    val keep = try {
        Fieldkeep.open(options)
    } catch (failure: OpenException) {
        println(failure.javaClass.simpleName)
        return@runBlocking
    }
    keep.goOffline()
    when (what) {
        "save" -> {
            keep.customer("Kept before the kill")
            println("saved")
            // Not closed: the parent kills it here.
            Thread.sleep(Long.MAX_VALUE)
        }

        "hold" -> {
            println("open")
            Thread.sleep(Long.MAX_VALUE)
        }

        "list" -> listAll(keep)

        else -> error("there is no $what")
    }
}

/** Reads all customers by name, and says how many came and how the memory outside of the Java heap grew meanwhile. */
private suspend fun listAll(keep: Fieldkeep) {
    var next: Query? = query("customer", ascending("name"), limit = 1_000)
    var count = 0
    var afterTenPagesKb = 0L
    while (next != null) {
        val page = keep.find(next)
        for (record in page.records) {
            check(record["name"]?.asText == numbered(count)) { "${record.fields} at $count" }
            count += 1
        }
        next = next.after(page)
        if (count == 10_000) afterTenPagesKb = residentKb()
    }
    println("$count ${residentKb() - afterTenPagesKb}")
    keep.close()
}

/** Names whose order is that of their numbers. */
fun numbered(number: Int): String = "C%06d".format(number)

/** Memory of this process, in kilobytes. */
private fun residentKb(): Long {
    System.gc()
    val line = File("/proc/self/status").readLines().first { it.startsWith("RssAnon:") }
    return line.filter(Char::isDigit).toLong()
}

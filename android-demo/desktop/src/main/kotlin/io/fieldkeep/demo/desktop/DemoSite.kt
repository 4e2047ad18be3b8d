package io.fieldkeep.demo.desktop

import java.io.File
import java.nio.file.Files
import java.time.LocalDate

/**
 * The world around the phone, as real processes: the reference server with a working set, the office, and between phone
 * and server a proxy that can take the network away.
 */
class DemoSite(workOrders: Int = WORK_ORDERS) : AutoCloseable {
    private val folder: File = Files.createTempDirectory("fieldkeep-demo-site").toFile()
    private val server = LineProcess(harness().path, "serve", "--data", folder.path, "--listen", "127.0.0.1:0")
    private val serverUrl = member(server.hear(), "listening")
    private val proxy = LineProcess(harness().path, "faults", "--to", serverUrl)

    /** What the phone is told: the proxy's address. */
    val url: String = member(proxy.hear(), "listening")

    private val office = LineProcess(
        harness().path,
        "office",
        "--server",
        serverUrl,
        "--token-file",
        File(folder, "tokens.json").path,
        "--admin-token-file",
        File(folder, "admin-token").path,
    )

    /** The jobs to do, the first due yesterday and one more each day, by the server's ids. */
    val jobs: List<String>

    init {
        office.say("""{"do":"load","work_orders":$workOrders,"seed":7}""")
        jobs = workOrders().filter { (_, record) -> member(record, "status") !in DONE }.map { it.first }
        jobs.forEachIndexed { index, job ->
            set(job, """{"due":"${LocalDate.now().plusDays(index - 1L)}","assigned_to":"Ana"}""")
        }
    }

    /** The bearer token of a user. */
    fun token(user: String): String = member(File(folder, "tokens.json").readText(), user)

    /** The office changes fields of a job. */
    fun set(job: String, fields: String) {
        office.say("""{"do":"set","type":"work_order","server_id":"$job","fields":$fields}""")
    }

    /** The title of a job. */
    fun title(job: String): String = member(record(job), "title")

    /** A job as the server has it, as JSON. */
    fun record(job: String): String = office.say("""{"do":"dump","type":"work_order","server_id":"$job"}""")

    /** How many notes with that text the server has. */
    fun notes(text: String): Int =
        Regex("\"text\":\"$text\"").findAll(office.say("""{"do":"dump","type":"note"}""")).count()

    /** Every connection is closed at once. */
    fun refuse() {
        proxy.say("""{"do":"refuse"}""")
    }

    /** Everything goes through again. */
    fun pass() {
        proxy.say("""{"do":"pass"}""")
    }

    override fun close() {
        office.close()
        proxy.close()
        server.close()
        folder.deleteRecursively()
    }

    /** Each work order's server id and its JSON. */
    private fun workOrders(): List<Pair<String, String>> =
        office.say("""{"do":"dump","type":"work_order"}""").split("\"changes\":").drop(1)
            .map { member(it, "server_id") to it }

    private companion object {
        const val WORK_ORDERS = 12
        val DONE = setOf("complete", "cancelled")
    }
}

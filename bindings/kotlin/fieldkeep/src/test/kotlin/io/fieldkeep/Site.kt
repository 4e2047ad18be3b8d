package io.fieldkeep

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files

/** The reference server as a process, the people at the desk, and phones. */
class Site(schema: File = File(property("fieldkeep.schema"))) : AutoCloseable {
    private val folders = mutableListOf<File>()
    private val data = folder("server")
    private val server =
        Program("serve", "--data", data.path, "--listen", "127.0.0.1:0", "--schema", schema.path)
    private val http = HttpClient.newHttpClient()
    private val proxies = mutableListOf<Proxy>()

    /** Where it listens. */
    val url: String = server.first.text("listening")

    /** The schema, as apps read it. */
    val schemaJson: String = schema.readText()

    /** The same, as the next version of the app brings it. */
    val nextSchemaJson: String = schemaJson.replaceFirst("\"version\": 1", "\"version\": 2")

    /** The token of a user. */
    fun token(user: String): String =
        Json.parseToJsonElement(File(data, "tokens.json").readText()).jsonObject.text(user)

    /** Tells the server how to behave. */
    fun behave(command: String): JsonObject = send("behave") {
        header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(command))
    }

    /** The office changes fields of a record. */
    fun officeSets(recordType: String, serverId: String, fields: String) = office {
        ask("""{"do":"set","type":"$recordType","server_id":"$serverId","fields":$fields}""")
    }

    /** Somebody at the desk, for a few commands. */
    fun <T> office(work: Program.() -> T): T = Program("office", *officeArguments()).use(work)

    /** All records of a type as the server has them. */
    fun records(recordType: String): List<JsonObject> =
        (send("dump?type=$recordType") { GET() }.getValue("records") as JsonArray).map { it.jsonObject }

    /** The one record of a type. */
    fun record(recordType: String): JsonObject = records(recordType).single()

    /** The one record's value of a field; null when it has none. */
    fun value(recordType: String, field: String): String? =
        record(recordType).getValue("values").jsonObject[field]?.jsonPrimitive?.content

    /** The answers of people that the server was told of. */
    fun resolutions(): JsonArray = send("dump") { GET() }.getValue("resolutions") as JsonArray

    /** A network between phones and the server that can be broken. */
    fun proxy(): Proxy = Proxy(url).also { proxies += it }

    /** What a phone of that user is opened with. */
    fun options(
        user: String = "ana",
        folder: File = folder("phone"),
        url: String = this.url,
        tokens: Tokens = FixedTokens(token(user)),
        schemaJson: String = this.schemaJson,
        privateRoots: List<ByteArray> = emptyList(),
        dispatcher: CoroutineDispatcher = Dispatchers.IO,
    ) = Options(folder.path, user, schemaJson, url, tokens, privateRoots, dispatcher)

    /** A phone of that user, with a folder of its own. */
    suspend fun phone(
        user: String = "ana",
        folder: File = folder("phone"),
        url: String = this.url,
        tokens: Tokens = FixedTokens(token(user)),
    ): Fieldkeep = Fieldkeep.open(options(user, folder, url, tokens))

    /** A folder that goes away with the site. */
    fun folder(name: String): File = Files.createTempDirectory("fieldkeep-$name").toFile().also { folders += it }

    override fun close() {
        proxies.forEach { it.close() }
        server.close()
        folders.forEach { it.deleteRecursively() }
    }

    private fun officeArguments(): Array<String> {
        val (tokens, admin) = File(data, "tokens.json") to File(data, "admin-token")
        return arrayOf("--server", url, "--token-file", tokens.path, "--admin-token-file", admin.path)
    }

    private fun send(path: String, method: HttpRequest.Builder.() -> HttpRequest.Builder): JsonObject {
        val request = HttpRequest.newBuilder(URI("$url/admin/$path"))
            .header("authorization", "Bearer ${File(data, "admin-token").readText().trim()}")
            .method()
            .build()
        val reply = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(reply.statusCode() == 200) { reply.body() }
        return Json.parseToJsonElement(reply.body()).jsonObject
    }
}

/** A network that can be broken. */
class Proxy(server: String) : AutoCloseable {
    private val program = Program("faults", "--to", server)

    /** Where phones find the server. */
    val url: String = program.first.text("listening")

    /** No network: every connection is closed. */
    fun refuse() = program.ask("""{"do":"refuse"}""")

    /** Everything goes through. */
    fun pass() = program.ask("""{"do":"pass"}""")

    /** What happens to the next requests of a path; [act] is JSON. */
    fun next(path: String, act: String, times: Int = 1) =
        program.ask("""{"do":"next","path":"$path","act":$act,"times":$times}""")

    /** Requests seen so far, of all paths. */
    fun requests(): Int = counts().values.sumOf { it.jsonPrimitive.content.toInt() }

    /** Requests seen so far, of one path. */
    fun requests(path: String): Int = counts()[path]?.jsonPrimitive?.content?.toInt() ?: 0

    private fun counts(): JsonObject = program.ask("""{"do":"count"}""").getValue("requests").jsonObject

    override fun close() = program.close()
}

/** A text member of an object. */
fun JsonObject.text(name: String): String = getValue(name).jsonPrimitive.content

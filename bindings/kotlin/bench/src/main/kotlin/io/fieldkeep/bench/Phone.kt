package io.fieldkeep.bench

import io.fieldkeep.AccessToken
import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.Fieldkeep
import io.fieldkeep.NetworkKind
import io.fieldkeep.Options
import io.fieldkeep.Query
import io.fieldkeep.Record
import io.fieldkeep.Tokens
import io.fieldkeep.after
import io.fieldkeep.query
import java.io.File

/** Records of a page: the most that a query may ask for. */
internal const val PAGE = 1_000

/** The folder of the user `ana`, and what it is opened with. */
internal class Place(val folder: String, schema: String, val server: String, val token: String) {
    val schemaJson: String = File(schema).readText()

    /** Opens the folder as an app would, with the engine at work. */
    suspend fun phone(): Fieldkeep = Fieldkeep.open(Options(folder, "ana", schemaJson, server, SignedIn(token)))
}

private class SignedIn(private val text: String) : Tokens {
    override fun current() = AccessToken(text, 1u)

    override fun refresh(stale: ULong): AccessToken? = null
}

/** What the operating system would say without a network. */
internal suspend fun Fieldkeep.goOffline() = conditions(Conditions(NetworkKind.NONE, Battery.OK))

/** The first work orders that are here. */
internal suspend fun Fieldkeep.workOrders(count: Int): List<Record> {
    val found = mutableListOf<Record>()
    var next: Query? = query("work_order", limit = PAGE)
    while (found.size < count && next != null) {
        val page = find(next)
        found += page.records
        next = next.after(page)
    }
    check(found.size >= count) { "only ${found.size} of $count work orders are here" }
    return found.take(count)
}

package io.fieldkeep

import kotlinx.coroutines.runBlocking
import kotlin.reflect.KClass
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** What a caller gets wrong is said in errors that say what it can do. */
class RefusedCallsTest {
    @Test
    fun `B29 each wrong call has a typed error and nothing was written`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val customer = keep.shown(keep.customer("Hansa"))
                val job = keep.shown(keep.commit(job(customer.id)).records.single())
                val before = keep.outbox()
                val history = keep.history(customer.id)
                assertWrongValues(keep, job)
                assertWrongRecords(keep, customer, job)
                assertWrongRequests(keep, customer)
                assertWrongQueries(keep)
                assertEquals(before, keep.outbox())
                assertEquals(history, keep.history(customer.id))
                assertEquals(1, keep.find(query("customer")).records.size)
            }
        }
    }

    private suspend fun assertWrongValues(keep: Fieldkeep, job: Record) {
        val wrong: Map<ProblemKind, Fields.() -> Unit> = mapOf(
            ProblemKind.MISSING to { text("title", null) },
            ProblemKind.UNKNOWN_FIELD to { text("titel", "Pump") },
            ProblemKind.WRONG_TYPE to { integer("title", 1) },
            ProblemKind.MALFORMED to { decimal("labor_hours", "1,5") },
            ProblemKind.TOO_LONG to { text("title", "x".repeat(20_000)) },
            ProblemKind.OUT_OF_RANGE to { place("site", 91.0, 0.0) },
            ProblemKind.UNKNOWN_CHOICE to { choice("status", "done") },
            ProblemKind.SERVER_OWNED to { text("number", "7") },
            ProblemKind.BAD_REFERENCE to { reference("customer", keep.newRecordId()) },
        )
        for ((kind, fields) in wrong) {
            val refused = assertFailsWith<KeepException.Invalid>("$kind") { keep.edit(job, fields = fields) }
            assertEquals(kind, refused.problems.single().kind)
        }
    }

    private suspend fun assertWrongRecords(keep: Fieldkeep, customer: Record, job: Record) {
        val nobody = keep.newRecordId()
        val note = keep.newRecordId()
        assertRefused<KeepException.NotFound> { keep.commit(newRecord("customers") { text("name", "x") }) }
        assertRefused<KeepException.NotFound> { keep.commit(patch("customer", nobody, customer.seen)) }
        assertRefused<KeepException.NotFound> { keep.history(nobody) }
        assertRefused<KeepException.NotFound> { keep.syncNow(nobody) }
        assertRefused<KeepException.BadStamp> { keep.commit(patch("customer", customer.id, job.seen)) }
        assertRefused<KeepException.BadStamp> { keep.commit(patch("customer", customer.id, SeenStamp("torn"))) }
        assertRefused<KeepException.BadStamp> { keep.commit(patch("customer", customer.id, null)) }
        assertRefused<KeepException.BadRequest> { keep.commit(patch("note", customer.id, customer.seen)) }
        assertRefused<KeepException.BadRequest> {
            keep.commit(newRecord("customer", customer.id) { text("name", "x") })
        }
        assertRefused<KeepException.Invalid> {
            val first = newRecord("customer") { text("name", "none of both") }
            keep.commit(listOf(first, newRecord("note", note) { text("text", "of no job") }))
        }
        assertEquals(null, keep.get(note))
    }

    private suspend fun assertWrongRequests(keep: Fieldkeep, customer: Record) {
        assertRefused<KeepException.BadRequest> { keep.commit(emptyList()) }
        assertRefused<KeepException.BadRequest> {
            keep.commit(List(101) { newRecord("customer") { text("name", "x") } })
        }
        assertRefused<KeepException.BadRequest> { keep.saveDraft("", "{}") }
        assertRefused<KeepException.BadRequest> { keep.saveDraft("form", "x".repeat(2_000_000)) }
        val form = FormToken.new()
        // A save that changes nothing is no operation, and uses the token up all the same.
        keep.edit(customer, form) { text("name", "Hansa") }
        assertRefused<KeepException.FormTokenReused> { keep.edit(customer, form) { text("name", "Weber") } }
    }

    private suspend fun assertWrongQueries(keep: Fieldkeep) {
        assertRefused<KeepException.NotFound> { keep.find(query("customers")) }
        assertRefused<KeepException.NotFound> { keep.find(query("customer", ascending("nam"))) }
        for (limit in listOf(-1, 0, 1_001)) {
            assertRefused<KeepException.BadRequest> { keep.find(query("customer", limit = limit)) }
        }
        assertRefused<KeepException.BadRequest> { keep.find(query("customer", after = "no mark")) }
        assertRefused<KeepException.BadRequest> {
            keep.find(query("customer") { equal("name", Value.Integer(1)) })
        }
        assertRefused<KeepException.NotFound> { keep.watch(query("customers")).collect {} }
    }

    private fun patch(recordType: String, id: RecordId, seen: SeenStamp?) =
        Edit.Patch(recordType, id, seen, mapOf("name" to Value.Text("x")))

    private fun job(customer: RecordId) = newRecord("work_order") {
        text("title", "Pump")
        choice("status", "assigned")
        reference("customer", customer)
    }

    private suspend inline fun <reified T : Throwable> assertRefused(crossinline call: suspend () -> Unit) {
        val refused = runCatching { call() }.exceptionOrNull()
        assertEquals<KClass<*>?>(T::class, refused?.let { it::class }, "$refused")
    }
}

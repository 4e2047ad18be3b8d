package io.fieldkeep

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonObject
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

/** Forms: drafts, several records at once, and the steps of a job. */
class FormTest {
    @Test
    fun `B13 a draft survives a restart and is removed by the save that names it`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            site.phone(folder = folder).use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                keep.saveDraft("customer form", """{"city":"Ul"}""", shown)
                keep.saveDraft(checkNotNull(keep.draft("customer form")), """{"city":"Ulm"}""")
            }
            site.phone(folder = folder).use { keep ->
                val draft = checkNotNull(keep.draft("customer form"))
                assertEquals("""{"city":"Ulm"}""", draft.fields)
                keep.syncNow()
                assertEquals(emptyList(), keep.outbox())
                assertNull(site.value("customer", "city"), "it was not sent")
                val edit = checkNotNull(draft.changed("customer") { text("city", "Ulm") })
                keep.commit(edit, commitOptions(draft = draft.form))
                assertNull(keep.draft("customer form"))
                keep.syncNow()
                assertEquals("Ulm", site.value("customer", "city"))
                keep.saveDraft("another", "{}")
                keep.discardDraft("another")
                assertNull(keep.draft("another"))
            }
        }
    }

    @Test
    fun `B30 a record and its child are made in one commit and edits are kept together`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val customer = keep.newRecordId()
                val receipt = keep.commit(
                    listOf(newRecord("customer", customer) { text("name", "Hansa") }, job(customer)),
                )
                assertEquals(customer, receipt.records.first())
                val job = receipt.records.last()
                assertEquals(customer, keep.shown(job)["customer"]?.asReference)
                keep.syncNow()
                val (parent, child) = keep.awaitSynced(customer) to keep.awaitSynced(job)
                assertEquals(parent.serverId, site.value("work_order", "customer"))
                assertEquals(job, keep.getByServerId("work_order", checkNotNull(child.serverId))?.id)
                assertNull(keep.getByServerId("work_order", "no such"))
                val both = listOf(
                    parent.changed { text("city", "Ulm") },
                    child.changed { choice("status", "complete") },
                )
                assertEquals(2, keep.commit(both, commitOptions(together = true)).operations.size)
                keep.syncNow()
                keep.awaitSynced(job)
                assertEquals("Ulm", site.value("customer", "city"))
                assertEquals("complete", site.value("work_order", "status"))
            }
        }
    }

    @Test
    fun `B30 of edits kept together none is stored when one is refused`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val customer = keep.syncedCustomer("Hansa")
                val job = keep.commit(job(customer.id)).records.single()
                keep.syncNow()
                site.behave("""{"do":"refuse_field","field":"work_order.status","message":"Not now"}""")
                val both = listOf(
                    customer.changed { text("city", "Ulm") },
                    keep.awaitSynced(job).changed { choice("status", "complete") },
                )
                keep.commit(both, commitOptions(together = true))
                keep.syncNow()
                keep.awaitReviews(1)
                assertNull(site.value("customer", "city"))
                assertEquals(1, keep.outbox().count { it.why is WhyWaiting.Group })
            }
        }
    }

    @Test
    fun `B31 a job is signed off, archived and reopened in that order`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val job = keep.commit(job(keep.syncedCustomer("Hansa").id)).records.single()
                keep.syncNow()
                val shown = keep.awaitSynced(job)
                keep.goOffline()
                keep.commit(shown.changed { choice("status", "complete") })
                keep.commit(keep.shown(job).signedOff())
                keep.commit(keep.shown(job).archived())
                assertEquals(
                    listOf(ChangeKind.PATCH, ChangeKind.SIGNOFF, ChangeKind.ARCHIVE),
                    keep.outbox().map { it.kind },
                )
                assertEquals(RecordStatus.WILL_BE_ARCHIVED, keep.shown(job).status)
                assertEquals("Saved on this device. Waiting for a connection.", keep.words(job))
                assertEquals(SyncFact.WillBeArchived, keep.shown(job).state.parts.last())
                assertFailsWith<KeepException.NotEditable> { keep.edit(shown) { text("title", "Too late") } }
                keep.goOnline()
                val answers = keep.syncNow(job).items
                assertEquals(List(3) { SyncAnswer.APPLIED }, answers.map { it.answer })
                assertEquals(answers.map { it.version }, answers.mapNotNull { it.version }.sortedBy(String::toInt))
                assertEquals(RecordStatus.ARCHIVED, keep.shown(job).status)
                assertEquals("archived", site.record("work_order").text("life"))
                keep.commit(keep.shown(job).reopened())
                keep.syncNow()
                assertEquals(RecordStatus.OPEN, keep.awaitSynced(job).status)
                assertEquals("alive", site.record("work_order").text("life"))
                val steps = site.record("work_order").getValue("changes").jsonObject
                assertEquals(listOf("1", "1", "1"), listOf("(signoff)", "(archive)", "(reopen)").map(steps::text))
            }
        }
    }

    private fun job(customer: RecordId) = newRecord("work_order") {
        text("title", "Pump")
        choice("status", "assigned")
        reference("customer", customer)
        date("due", LocalDate.of(2026, 4, 1))
    }
}

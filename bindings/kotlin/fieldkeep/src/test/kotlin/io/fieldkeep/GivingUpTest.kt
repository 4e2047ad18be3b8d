package io.fieldkeep

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

class GivingUpTest {
    @Test
    fun `B34 a paused item waits alone and goes when it is taken up again`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val paused = keep.syncedCustomer("Hansa")
                keep.goOffline()
                keep.edit(paused) { text("city", "Kiel") }
                val operation = keep.outbox().single().operation
                keep.pause(operation)
                val other = keep.customer("Adler")
                keep.goOnline()
                keep.awaitSynced(other)
                assertEquals(WhyWaiting.Paused, keep.outbox().single().why)
                assertEquals("Saved on this device. Paused.", keep.words(paused.id))
                assertFalse("Kiel" in site.cities())
                keep.unpause(operation)
                keep.awaitSynced(paused.id)
                assertTrue("Kiel" in site.cities())
            }
        }
    }

    @Test
    fun `B35 giving up names all that goes with it and a plan that has become wrong is refused`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val customer = keep.customer("Hansa")
                val create = keep.outbox().single().operation
                val outdated = keep.discardPlan(create)
                keep.edit(keep.shown(customer)) { text("city", "Kiel") }
                assertFailsWith<KeepException.PlanChanged> { keep.discard(outdated) }
                assertEquals(2, keep.outbox().size)
                val plan = keep.discardPlan(create)
                assertEquals(listOf(ChangeKind.CREATE, ChangeKind.PATCH), plan.items.map { it.kind })
                assertEquals(listOf(customer), plan.records)
                keep.discard(plan)
                assertTrue(keep.outbox().isEmpty())
                keep.goOnline()
                assertEquals(SyncOutcome.Done, keep.syncNow().outcome)
                assertEquals(emptyList(), site.records("customer"))
                assertNull(keep.find(query("customer")).records.firstOrNull())
            }
        }
    }

    private fun Site.cities() = records("customer").map {
        it.getValue("values").jsonObject["city"]?.jsonPrimitive?.content
    }
}

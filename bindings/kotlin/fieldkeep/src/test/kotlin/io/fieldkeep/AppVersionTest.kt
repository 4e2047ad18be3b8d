package io.fieldkeep

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

/** A server that takes work from newer versions of the app only. */
class AppVersionTest {
    @Test
    fun `B40 what waited goes out and later work waits for the update`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            val id = site.phone(folder = folder).use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                keep.goOffline()
                keep.edit(shown) { text("city", "Kiel") }
                site.behave("""{"do":"limits","schema_new_from":2,"schema_pending_from":1}""")
                keep.goOnline()
                keep.syncNow()
                keep.awaitSynced(shown.id)
                assertEquals("Kiel", site.value("customer", "city"), "what waited goes out")
                keep.edit(keep.shown(shown.id)) { text("billing_contact", "Dana") }
                keep.watch(shown.id).first { it?.state?.headline is SyncFact.UpdateApp }
                assertEquals(WhyWaiting.NeedsUpdate, keep.outbox().single().why)
                assertEquals("Saved on this device. Update this app to send it.", keep.words(shown.id))
                keep.syncNow()
                assertNull(site.value("customer", "billing_contact"))
                shown.id
            }
            Fieldkeep.open(site.options(folder = folder, schemaJson = site.nextSchemaJson)).use { keep ->
                keep.awaitSynced(id)
                assertEquals("Dana", site.value("customer", "billing_contact"))
            }
        }
    }
}

package io.fieldkeep

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

class SaveTest {
    @Test
    fun `what is saved is there, waits, and is sent once`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val id = keep.commit(newRecord("customer") { text("name", "Hansa") }).records.single()
                val record = requireNotNull(keep.get(id))
                assertEquals("Hansa", record.fields["name"]?.asText)
                val report = keep.syncNow()
                assertEquals(SyncOutcome.Done, report.outcome)
                val synced = keep.watch(id).first { it?.state?.headline is SyncFact.Synced }
                val words = keep.sentence(requireNotNull(synced).state, ReaderLocale("en", 0))
                assertTrue(words.text.startsWith("Synced at "), words.text)
            }
        }
    }

    @Test
    fun `every kind of value arrives as it was set`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val customer = keep.commit(newRecord("customer") { text("name", "Hansa") }).records.single()
                val id = keep.commit(
                    newRecord("work_order") {
                        text("title", "Pump")
                        choice("status", "assigned")
                        reference("customer", customer)
                        date("due", LocalDate.of(2026, 4, 1))
                        decimal("labor_hours", "1.50")
                    },
                ).records.single()
                val fields = requireNotNull(keep.get(id)).fields
                assertEquals(Value.Date("2026-04-01"), fields["due"])
                assertEquals(Value.Decimal("1.5"), fields["labor_hours"])
                assertEquals(Value.Reference(customer), fields["customer"])
                assertEquals(Value.Choice("assigned"), fields["status"])
            }
        }
    }

    @Test
    fun `a second tap is the same operation`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val id = keep.commit(newRecord("customer") { text("name", "Hansa") }).records.single()
                val shown = requireNotNull(keep.get(id))
                val form = FormToken.new()
                val first = keep.edit(shown, form) { text("name", "Hansa AG") }
                val second = keep.edit(shown, form) { text("name", "Hansa AG") }
                assertEquals(first.operations, second.operations)
                assertTrue(second.repeated)
            }
        }
    }

    @Test
    fun `errors say what a caller can do`() = runBlocking<Unit> {
        Site().use { site ->
            val data = site.folder("shared")
            val keep = site.phone(data = data)
            assertFailsWith<OpenException.InUse> { site.phone(data = data) }
            val missing = assertFailsWith<KeepException.Invalid> { keep.commit(newRecord("customer") {}) }
            assertEquals("name", missing.problems.single().field)
            keep.close()
            assertFailsWith<KeepException.Closed> { keep.outbox() }
            site.phone(data = data).close()
        }
    }

    @Test
    fun `a flow gives the newest value first and then every change`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val id = keep.newRecordId()
                val names = Channel<String?>(Channel.UNLIMITED)
                val watching = launch {
                    keep.watch(id).collect { names.send(it?.fields?.get("name")?.asText) }
                }
                assertNull(names.receive())
                keep.commit(newRecord("customer", id) { text("name", "Hansa") })
                assertEquals("Hansa", names.receive())
                watching.cancelAndJoin()
            }
        }
    }

    @Test
    fun `a save goes through though its coroutine is cancelled`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val id = keep.newRecordId()
                val saving = launch(start = CoroutineStart.UNDISPATCHED) {
                    keep.commit(newRecord("customer", id) { text("name", "Hansa") })
                }
                saving.cancelAndJoin()
                assertEquals("Hansa", keep.get(id)?.fields?.get("name")?.asText)
            }
        }
    }

    @Test
    fun `what the host throws when asked for a token means that nobody is signed in`() = runBlocking<Unit> {
        Site().use { site ->
            val locked = object : Tokens {
                override fun current(): AccessToken? = error("the key store is locked")

                override fun refresh(stale: ULong): AccessToken? = error("the key store is locked")
            }
            val options = Options(site.folder("phone").path, "ana", site.schemaJson, site.url, locked)
            Fieldkeep.open(options).use { keep ->
                val id = keep.commit(newRecord("customer") { text("name", "Hansa") }).records.single()
                assertEquals(SyncOutcome.SignIn, keep.syncNow().outcome)
                val words = keep.sentence(requireNotNull(keep.get(id)).state, ReaderLocale("en", 0))
                assertEquals("Saved on this device. Sign in to send it.", words.text)
            }
        }
    }
}

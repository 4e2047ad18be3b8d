package io.fieldkeep

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import java.io.File
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Saving and sending: nothing is lost, and nothing arrives twice. */
class SavingTest {
    @Test
    fun `B01 what is made without a network is there, waits, and is sent once`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val id = keep.customer("Hansa")
                assertEquals("Hansa", keep.shown(id)["name"]?.asText)
                assertEquals("Saved on this device. Waiting for a connection.", keep.words(id))
                assertEquals(SyncOutcome.Offline, keep.syncNow().outcome)
                keep.goOnline()
                assertEquals(SyncOutcome.Done, keep.syncNow().outcome)
                val synced = keep.awaitSynced(id)
                assertTrue(keep.words(id).matches(Regex("Synced at \\d\\d:\\d\\d\\.")), keep.words(id))
                assertEquals(synced.serverId, site.record("customer").text("server_id"))
                assertEquals(1, changes(site, "(create)"))
                assertEquals(emptyList(), keep.outbox())
            }
        }
    }

    @Test
    fun `B02 every kind of value arrives as it was set and comes back equal`() = runBlocking<Unit> {
        Site(resource("every_kind.json")).use { site ->
            site.phone().use { keep ->
                val other = keep.commit(newRecord("thing") { text("text", "the other") }).records.single()
                val id = keep.commit(newRecord("thing") { everyKind(other) }).records.single()
                assertHasEveryKind(keep.shown(id), other)
                keep.syncNow()
                val synced = keep.awaitSynced(id)
                assertHasEveryKind(synced, other)
                assertArrived(site, synced)
                // Another phone reads what the server has.
                site.phone().use { second ->
                    second.syncNow()
                    val theirs = checkNotNull(second.getByServerId("thing", checkNotNull(synced.serverId)))
                    assertHasEveryKind(theirs, checkNotNull(theirs["other"]?.asReference))
                }
                keep.edit(synced) {
                    for (field in synced.fields.keys - "text") set(field, null)
                }
                keep.syncNow()
                assertEquals(setOf("text"), keep.awaitSynced(id).fields.keys)
                assertEquals(setOf("text"), valuesOn(site, synced).keys)
            }
        }
    }

    @Test
    fun `B03 a save survives a kill and is sent once`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("killed")
            Child("save", folder.path, site.url, site.token("ana")).use { child ->
                assertEquals("saved", child.readLine())
                child.kill()
            }
            site.phone(folder = folder).use { keep ->
                val record = keep.find(query("customer")).records.single()
                assertEquals("Kept before the kill", record["name"]?.asText)
                keep.syncNow()
                keep.awaitSynced(record.id)
                assertEquals("Kept before the kill", site.value("customer", "name"))
                assertEquals(1, changes(site, "(create)"))
            }
        }
    }

    @Test
    fun `B04 a reply that is lost has no second effect`() = runBlocking<Unit> {
        Site().use { site ->
            val proxy = site.proxy()
            site.phone(url = proxy.url).use { keep ->
                keep.syncNow()
                keep.goOffline()
                proxy.next("/v1/push", "\"drop_reply\"")
                val id = keep.customer("Hansa")
                keep.goOnline()
                // It goes out by itself; "Sync now" might come behind that and would try a second time.
                keep.watchOutbox().first { (it.single().why as? WhyWaiting.Lane)?.reason == LaneReason.UNREACHABLE }
                assertEquals("Hansa", site.value("customer", "name"), "the server has stored it")
                assertNull(keep.shown(id).serverId, "and the phone does not know")
                keep.syncNow()
                keep.awaitSynced(id)
                assertEquals(2, proxy.requests("/v1/push"))
                assertEquals(1, changes(site, "(create)"))
            }
        }
    }

    @Test
    fun `B05 a second tap is the same operation`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val shown = keep.shown(keep.customer("Hansa"))
                val form = FormToken.new()
                val first = keep.edit(shown, form) { text("name", "Hansa AG") }
                val second = keep.edit(shown, form) { text("name", "Hansa AG") }
                assertEquals(first.operations, second.operations)
                assertEquals(listOf(false, true), listOf(first.repeated, second.repeated))
                assertEquals(2, keep.outbox().size, "the create and one edit")
            }
        }
    }

    private fun Fields.everyKind(other: RecordId) {
        text("text", "Grüße")
        text("long_text", "one\ntwo")
        decimal("decimal", BigDecimal("-12.50"))
        integer("integer", 9_007_199_254_740_991)
        flag("boolean", false)
        instant("instant", MOMENT)
        date("date", LocalDate.of(2024, 2, 29))
        choice("choice", "green")
        tags("tags", setOf("roof", "urgent"))
        phone("phone", "+49 40 1234567")
        place("place", 53.5511123, -9.9936654)
        reference("other", other)
    }

    private fun assertHasEveryKind(record: Record, other: RecordId) {
        assertEquals("Grüße", record["text"]?.asText)
        assertEquals("one\ntwo", record["long_text"]?.asText)
        assertEquals(0, BigDecimal("-12.5").compareTo(record["decimal"]?.asDecimal))
        assertEquals(9_007_199_254_740_991, record["integer"]?.asLong)
        assertEquals(false, record["boolean"]?.asBoolean)
        assertEquals(MOMENT, record["instant"]?.asInstant)
        assertEquals(LocalDate.of(2024, 2, 29), record["date"]?.asDate)
        assertEquals("green", record["choice"]?.asChoice)
        assertEquals(setOf("roof", "urgent"), record["tags"]?.asTags)
        assertEquals("+49401234567", record["phone"]?.asPhone?.filterNot(Char::isWhitespace))
        assertEquals(Place(53.5511123, -9.9936654), record["place"]?.asPlace)
        assertEquals(other, record["other"]?.asReference)
    }

    private fun assertArrived(site: Site, synced: Record) {
        val values = valuesOn(site, synced)
        assertEquals(synced.fields.keys, values.keys)
        assertEquals(JsonPrimitive("Grüße"), values["text"])
        assertEquals(BigDecimal("-12.5"), BigDecimal(values.text("decimal")).stripTrailingZeros())
        assertEquals(JsonPrimitive(9_007_199_254_740_991), values["integer"])
        assertEquals(JsonPrimitive(false), values["boolean"])
        assertEquals("2024-02-29", values.text("date"))
        assertEquals("green", values.text("choice"))
        assertEquals("[535511123,-99936654]", values["place"].toString())
    }

    private fun valuesOn(site: Site, record: Record) =
        site.records("thing").single { it.text("server_id") == record.serverId }.getValue("values").jsonObject

    private fun changes(site: Site, what: String): Int =
        site.record("customer").getValue("changes").jsonObject.text(what).toInt()

    private fun resource(name: String) = File(checkNotNull(javaClass.getResource("/$name")).toURI())

    private companion object {
        val MOMENT: Instant = Instant.parse("2026-03-04T08:10:00.123Z")
    }
}

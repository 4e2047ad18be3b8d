package io.fieldkeep

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

class WordsTest {
    @Test
    fun `B32 the same state reads in English and in German with the reader's own time`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val id = keep.customer("Hansa")
                keep.edit(keep.shown(id)) { text("city", "Ulm") }
                val waiting = keep.shown(id).state
                assertEquals("Saved on this device. Waiting for a connection.", keep.sentence(waiting, english).text)
                assertEquals(
                    "Auf diesem Gerät gespeichert. Wartet auf eine Verbindung.",
                    keep.sentence(waiting, ReaderLocale("de", 0)).text,
                )
                val device = keep.state()
                assertEquals("2 changes saved on this device. Waiting for a connection.", english(keep, device))
                assertEquals(
                    "2 Änderungen auf diesem Gerät gespeichert. Wartet auf eine Verbindung.",
                    keep.sentence(device, ReaderLocale("de", 0)).text,
                )
                keep.goOnline()
                keep.syncNow()
                val synced = keep.awaitSynced(id).state
                val atMs = assertIs<SyncFact.Synced>(synced.headline).atMs
                // Also where it is another day.
                for (hours in listOf(0, 5, -12, 12)) {
                    val time = clock(atMs, hours)
                    val words = listOf("en", "de").map { keep.sentence(synced, ReaderLocale(it, hours * 60)).text }
                    assertEquals(listOf("Synced at $time.", "Abgeglichen um $time."), words)
                }
            }
        }
    }

    @Test
    fun `B38 every part of a state has a sentence and the headline's is the first`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val paused = keep.syncedCustomer("Hansa")
                // The first download may still be under way, and then it has a sentence, too.
                keep.syncNow()
                keep.goOffline()
                keep.pause(keep.edit(paused) { text("city", "Kiel") }.operations.single())
                keep.customer("Weber")
                val state = keep.state()
                val expected = listOf(
                    "1 change saved on this device. Waiting for a connection.",
                    "1 change saved on this device. Paused.",
                )
                assertEquals(expected, keep.sentences(state, english).map { it.text })
                assertEquals(expected.first(), english(keep, state))
                val german = keep.sentences(state, ReaderLocale("de", 0)).map { it.text }
                assertEquals("1 Änderung auf diesem Gerät gespeichert. Pausiert.", german.last())
            }
        }
    }

    @Test
    fun `B41 a download that was cut is named until the rest is here`() = runBlocking<Unit> {
        Site().use { site ->
            site.office { ask("""{"do":"load","work_orders":60}""") }
            val proxy = site.proxy()
            // Until the network is mended, so that it can be looked at in peace.
            proxy.next("/v1/pull", """{"cut_after_lines":60}""", times = 1_000)
            site.phone(url = proxy.url).use { keep ->
                val cut = keep.watchState().first { it.headline is SyncFact.NotAllLoaded }
                assertEquals(SyncFact.NotAllLoaded(null), cut.headline)
                assertEquals("Not everything has been loaded yet.", english(keep, cut))
                proxy.pass()
                keep.syncNow()
                val whole = keep.watchState().first { it.headline is SyncFact.Synced }
                assertTrue(english(keep, whole).startsWith("Synced at "))
                assertEquals(60, keep.find(query("work_order", limit = 100)).records.size)
            }
        }
    }

    private suspend fun english(keep: Fieldkeep, state: SyncState) = keep.sentence(state, english).text

    private fun clock(atMs: Long, hours: Int): String =
        Instant.ofEpochMilli(atMs).atOffset(ZoneOffset.ofHours(hours)).format(DateTimeFormatter.ofPattern("HH:mm"))
}

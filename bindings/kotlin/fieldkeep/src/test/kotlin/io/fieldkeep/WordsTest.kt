package io.fieldkeep

import kotlinx.coroutines.runBlocking
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

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

    private suspend fun english(keep: Fieldkeep, state: SyncState) = keep.sentence(state, english).text

    private fun clock(atMs: Long, hours: Int): String =
        Instant.ofEpochMilli(atMs).atOffset(ZoneOffset.ofHours(hours)).format(DateTimeFormatter.ofPattern("HH:mm"))
}

package io.fieldkeep

import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** A text with half a character in it, as an input field with a length limit may leave one. */
class TornTextTest {
    @Test
    fun `half a character is a bad request wherever it stands`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val shown = keep.shown(keep.customer("Hansa"))
                val before = keep.outbox()
                for ((name, call) in callsOf(keep, shown)) assertFailsWith<KeepException.BadRequest>(name) { call() }
                assertEquals(before, keep.outbox())
                assertEquals("Hansa", keep.shown(shown.id)["name"]?.asText)
                // Two halves that belong together are a character like any other.
                keep.edit(shown) { text("name", "Hansa \uD83D\uDE00") }
                assertEquals("Hansa 😀", keep.shown(shown.id)["name"]?.asText)
            }
        }
    }

    @Test
    fun `half a character in what it is opened with is a faulty set-up`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            for (options in listOf(
                site.options(user = "ana", folder = folder, schemaJson = site.schemaJson + TORN),
                site.options(folder = folder, url = site.url + TORN),
                Options(TORN, "ana", site.schemaJson, site.url, FixedTokens("")),
                Options(folder.path, TORN, site.schemaJson, site.url, FixedTokens("")),
            )) {
                assertFailsWith<OpenException.SetUp> { Fieldkeep.open(options) }
            }
            assertEquals(emptyList(), folder.list().orEmpty().toList())
            assertEquals(emptyList(), File(".").list { _, name -> name.first().isSurrogate() }.orEmpty().toList())
        }
    }

    private fun callsOf(keep: Fieldkeep, shown: Record): Map<String, suspend () -> Unit> = mapOf(
        "text" to { keep.edit(shown) { text("name", TORN) } },
        "name of a field" to { keep.edit(shown) { text(TORN, "x") } },
        "record type" to { keep.commit(newRecord(TORN) {}) },
        "form token" to { keep.edit(shown, FormToken(TORN)) { text("city", "Ulm") } },
        "draft of a commit" to { keep.edit(shown, draft = TORN) { text("city", "Ulm") } },
        "name of a draft" to { keep.saveDraft(TORN, "{}") },
        "fields of a draft" to { keep.saveDraft("form", TORN) },
        "draft" to { keep.draft(TORN) },
        "discardDraft" to { keep.discardDraft(TORN) },
        "get" to { keep.get(RecordId(TORN)) },
        "server id" to { keep.getByServerId("customer", TORN) },
        "filter" to { keep.find(query("customer") { equal("name", Value.Text(TORN)) }) },
        "page mark" to { keep.find(query("customer", after = TORN)) },
        "state" to { keep.state(RecordId(TORN)) },
        "history" to { keep.history(RecordId(TORN)) },
        "locale" to { keep.sentence(shown.state, ReaderLocale(TORN, 0)) },
        "syncNow" to { keep.syncNow(RecordId(TORN)) },
        "watch" to { keep.watch(RecordId(TORN)).collect {} },
        "watched list" to { keep.watch(query(TORN)).collect {} },
    )

    private companion object {
        /** The first half of a character of two. */
        const val TORN = "a\uD83D"
    }
}

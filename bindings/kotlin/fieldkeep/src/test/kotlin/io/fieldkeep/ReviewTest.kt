package io.fieldkeep

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonObject
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** Questions to a person: nothing is overwritten that nobody has seen. */
class ReviewTest {
    @Test
    fun `B06 a change from the office while a form is open becomes a question`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                site.officeSets("customer", checkNotNull(shown.serverId), """{"name":"Hansa Nord"}""")
                keep.syncNow()
                assertEquals("Hansa Nord", keep.shown(shown.id)["name"]?.asText, "it arrived while the form was open")
                keep.edit(shown) { text("name", "Hansa Süd") }
                val review = keep.awaitReviews(1).single()
                assertEquals(ReviewKind.CONFLICT, review.kind)
                assertEquals(
                    listOf("Hansa", "Hansa Süd", "Hansa Nord"),
                    listOf(review.base, review.mine, review.theirs).map { it.asText },
                )
                assertEquals("office changed Name. Review before sending again.", keep.words(shown.id))
                keep.syncNow()
                assertEquals("Hansa Nord", site.value("customer", "name"), "the office's value stands")
                keep.resolve(review, Resolve.Mine)
                keep.syncNow()
                keep.awaitSynced(shown.id)
                assertEquals("Hansa Süd", site.value("customer", "name"))
            }
        }
    }

    @Test
    fun `B07 the server has what a person chose and a late answer is refused`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val answers = mapOf(
                    "mine" to Resolve.Mine,
                    "theirs" to Resolve.Theirs,
                    "merged" to Resolve.Merged(Value.Text("both")),
                )
                for ((chosen, answer) in answers) {
                    val (id, review) = asked(site, keep, chosen)
                    assertTrue(review.canMerge)
                    keep.resolve(review, answer)
                    keep.syncNow()
                    val expected = mapOf("mine" to "here", "theirs" to "there", "merged" to "both").getValue(chosen)
                    val synced = keep.awaitSynced(id)
                    assertEquals(expected, synced["city"]?.asText, chosen)
                    assertEquals(expected, cityOf(site, synced), chosen)
                    assertFailsWith<KeepException.ReviewClosed> { keep.resolve(review, answer) }
                }
                assertEquals(3, site.resolutions().size, "each is in the server's audit trail")
                assertLateAnswerIsRefused(site, keep)
            }
        }
    }

    @Test
    fun `B11 what the server does not accept is a question in its words`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                site.behave("""{"do":"refuse_field","field":"customer.city","message":"City is not served"}""")
                keep.edit(shown) {
                    text("city", "Ulm")
                    text("billing_contact", "Ms Weber")
                }
                keep.syncNow()
                val review = keep.awaitReviews(1).single()
                assertEquals(ReviewKind.REJECTED, review.kind)
                assertEquals("city" to "City", review.field to review.label)
                assertEquals(listOf("City is not served"), review.messages)
                assertEquals("Could not be accepted: City is not served.", keep.words(shown.id))
                assertEquals("Ulm", keep.shown(shown.id)["city"]?.asText, "nothing is lost")
                keep.syncNow()
                assertEquals("Ms Weber", site.value("customer", "billing_contact"), "the rest was sent")
                site.behave("""{"do":"reset"}""")
                keep.resolve(review, Resolve.Mine)
                keep.syncNow()
                keep.awaitSynced(shown.id)
                assertEquals("Ulm", site.value("customer", "city"))
            }
        }
    }

    @Test
    fun `B33 the history says what happened with the oldest first`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                site.behave("""{"do":"refuse_field","field":"customer.city","message":"City is not served"}""")
                keep.edit(shown) { text("city", "Ulm") }
                keep.syncNow()
                val review = keep.awaitReviews(1).single()
                keep.resolve(review, Resolve.Theirs)
                keep.goOffline()
                keep.edit(keep.shown(shown.id)) { text("city", "Bonn") }
                val history = keep.history(shown.id)
                assertEquals(history.map { it.atMs }.sorted(), history.map { it.atMs })
                val expected = listOf("applied", "refused", "review_opened", "review_closed", "waiting")
                assertEquals(expected, history.map { it.kind }.filter { it in expected })
                assertTrue("City is not served" in history.single { it.kind == "review_opened" }.detail)
                assertFailsWith<KeepException.NotFound> { keep.history(keep.newRecordId()) }
            }
        }
    }

    /** A customer whose city both sides have set. */
    private suspend fun asked(site: Site, keep: Fieldkeep, name: String): Pair<RecordId, Review> {
        val shown = keep.syncedCustomer(name)
        site.officeSets("customer", checkNotNull(shown.serverId), """{"city":"there"}""")
        keep.edit(shown) { text("city", "here") }
        keep.syncNow()
        return shown.id to keep.awaitReviews(1).single()
    }

    private suspend fun assertLateAnswerIsRefused(site: Site, keep: Fieldkeep) {
        val (id, old) = asked(site, keep, "late")
        val serverId = checkNotNull(keep.shown(id).serverId)
        site.officeSets("customer", serverId, """{"city":"elsewhere"}""")
        keep.syncNow()
        val moved = assertFailsWith<KeepException.Moved> { keep.resolve(old, Resolve.Mine) }
        val shownAgain = keep.awaitReviews(1).single()
        assertEquals(shownAgain.theirsRev, moved.theirsRev)
        assertEquals("elsewhere", shownAgain.theirs.asText)
        assertIs<SyncFact.NeedsReview>(keep.shown(id).state.headline)
        keep.syncNow()
        assertEquals("elsewhere", cityOf(site, keep.shown(id)), "nothing was overwritten")
    }

    private fun cityOf(site: Site, record: Record): String {
        val there = site.records("customer").single { it.text("server_id") == record.serverId }
        return there.getValue("values").jsonObject.text("city")
    }
}

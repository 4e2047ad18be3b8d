package io.fieldkeep

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Why something waits, until when, and what brings it on its way. */
class WaitingTest {
    @Test
    fun `B08 the outbox says of each operation why it waits and what it blocks`() = runBlocking<Unit> {
        Site().use { site ->
            val proxy = site.proxy()
            site.phone(url = proxy.url).use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                site.officeSets("customer", checkNotNull(shown.serverId), """{"city":"there"}""")
                val asked = keep.edit(shown) { text("city", "here") }.operations.single()
                keep.syncNow()
                val review = keep.awaitReviews(1).single()
                val archive = keep.commit(keep.shown(shown.id).archived()).operations.single()
                proxy.refuse()
                val customer = keep.newRecordId()
                val parent = keep.commit(newRecord("customer", customer) { text("name", "Weber") }).operations.single()
                val child = keep.commit(workOrder(customer)).operations.single()
                assertIs<SyncOutcome.Failed>(keep.syncNow().outcome)
                val items = keep.outbox()
                assertEquals(listOf(asked, archive, parent, child), items.map { it.operation })
                val (askedItem, archiveItem, parentItem, childItem) = items
                assertEquals(WhyWaiting.Review(review.id), askedItem.why)
                assertEquals(WhyWaiting.BehindEarlier(asked), archiveItem.why)
                assertEquals(listOf(archive), askedItem.blocks)
                val lane = assertIs<WhyWaiting.Lane>(parentItem.why)
                assertEquals(LaneReason.UNREACHABLE, lane.reason)
                assertTrue(lane.dueMs > keep.nowMs() - 1_000, "until when is known")
                assertEquals(WhyWaiting.ForParent(customer), childItem.why)
                assertEquals(listOf(child), parentItem.blocks)
                assertEquals(emptyList(), childItem.blocks)
            }
        }
    }

    @Test
    fun `B09 sync now passes our own wait and never the server's`() = runBlocking<Unit> {
        Site().use { site ->
            val proxy = site.proxy()
            site.phone(url = proxy.url).use { keep ->
                keep.syncNow()
                proxy.refuse()
                val id = keep.customer("Hansa")
                // The third failure in a row is followed by a wait of at least six seconds.
                val failed = List(3) { keep.syncNow().outcome }.last()
                assertTrue(assertIs<SyncOutcome.Failed>(failed).waitMs > 3_000, "$failed")
                proxy.pass()
                val report = keep.syncNow(id)
                assertEquals(SyncOutcome.Done, report.outcome)
                assertEquals(listOf(id to SyncAnswer.APPLIED), report.items.map { it.record to it.answer })
                site.behave("""{"do":"rate_limit","times":1,"after_s":3600,"retry_after":"seconds"}""")
                val second = keep.customer("Weber")
                val asked = assertIs<SyncOutcome.ServerAskedToWait>(keep.syncNow().outcome)
                assertTrue(asked.waitMs in 3_590_000..3_960_000, "${asked.waitMs}")
                val requests = proxy.requests()
                assertIs<SyncOutcome.ServerAskedToWait>(keep.syncNow().outcome)
                assertEquals(requests, proxy.requests(), "nothing was tried")
                assertTrue(keep.words(second).startsWith("Saved on this device. The server is busy, next sync in "))
            }
        }
    }

    @Test
    fun `B10 without a network nothing is tried and with it the work goes out by itself`() = runBlocking<Unit> {
        Site().use { site ->
            val proxy = site.proxy()
            site.phone(url = proxy.url).use { keep ->
                keep.syncNow()
                keep.goOffline()
                val requests = proxy.requests()
                val id = keep.customer("Hansa")
                assertEquals(SyncOutcome.Offline, keep.syncNow().outcome)
                assertEquals(SyncOutcome.Offline, keep.runUntil(1_000).sync.outcome)
                assertNull(keep.nextWake(), "only an event brings work")
                assertEquals(requests, proxy.requests())
                keep.goOnline()
                // Nobody presses anything.
                keep.awaitSynced(id)
                assertEquals("Hansa", site.value("customer", "name"))
            }
        }
    }

    @Test
    fun `B12 a token that is not taken waits for a sign-in`() = runBlocking<Unit> {
        Site().use { site ->
            val tokens = ChangingTokens(AccessToken(site.token("ana"), 1u))
            site.phone(tokens = tokens).use { keep ->
                keep.syncNow()
                site.behave("""{"do":"expire_token","user":"ana"}""")
                val id = keep.customer("Hansa")
                assertEquals(SyncOutcome.SignIn, keep.syncNow().outcome)
                assertEquals("Saved on this device. Sign in to send it.", keep.words(id))
                assertEquals(Severity.BLOCKING, keep.shown(id).state.severity)
                site.behave("""{"do":"renew_token","user":"ana"}""")
                tokens.token = AccessToken(site.token("ana"), 2u)
                keep.tokenChanged()
                keep.awaitSynced(id)
            }
        }
    }

    @Test
    fun `whatever tokens throw means that nobody is signed in`() = runBlocking<Unit> {
        Site().use { site ->
            val all = listOf(IllegalStateException("locked"), IllegalStateException("\uD83D"), NotImplementedError())
            for (thrown in all) {
                val locked = object : Tokens {
                    override fun current(): AccessToken? = throw thrown

                    override fun refresh(stale: ULong): AccessToken? = throw thrown
                }
                site.phone(tokens = locked).use { keep ->
                    val id = keep.customer("Hansa")
                    assertEquals(SyncOutcome.SignIn, keep.syncNow().outcome)
                    assertEquals("Saved on this device. Sign in to send it.", keep.words(id))
                }
            }
        }
    }

    @Test
    fun `B28 a background slice sends what waits and says when to come again`() = runBlocking<Unit> {
        Site().use { site ->
            val proxy = site.proxy()
            site.phone(url = proxy.url).use { keep ->
                proxy.refuse()
                val id = keep.customer("Hansa")
                assertIs<SyncOutcome.Failed>(keep.syncNow().outcome)
                val early = keep.runUntil(0)
                assertEquals(1, early.sync.waiting)
                assertNotNull(early.nextWakeMs, "the lane waits")
                proxy.pass()
                keep.syncNow()
                keep.awaitSynced(id)
                keep.goOffline()
                val second = keep.customer("Weber")
                keep.goOnline()
                // What it does not send itself, because the lane waits a moment, the next one does.
                keep.watchOutbox().first { items ->
                    if (items.isNotEmpty()) keep.runUntil(30_000)
                    items.isEmpty()
                }
                keep.awaitSynced(second)
                val idle = keep.runUntil(30_000)
                assertEquals(SyncOutcome.Done, idle.sync.outcome)
                assertEquals(0, idle.sync.waiting)
                assertNull(idle.nextWakeMs)
                assertNull(keep.nextWake())
            }
        }
    }

    @Test
    fun `B28 a slice ends at its time though the server never answers`() = runBlocking<Unit> {
        Site().use { site ->
            Silent().use { silent ->
                site.phone(url = silent.url).use { keep ->
                    keep.customer("Hansa")
                    val slice = withTimeout(10_000) { keep.runUntil(500) }
                    assertEquals(SyncOutcome.OutOfTime to 1L, slice.sync.outcome to slice.sync.waiting)
                    assertEquals(0, slice.nextWakeMs)
                }
            }
        }
    }

    private fun workOrder(customer: RecordId) = newRecord("work_order") {
        text("title", "Pump")
        choice("status", "assigned")
        reference("customer", customer)
    }
}

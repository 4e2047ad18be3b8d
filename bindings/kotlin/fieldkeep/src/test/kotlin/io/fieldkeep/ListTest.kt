package io.fieldkeep

import io.fieldkeep.model.Customer
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Lists: each record on one page, in order, whatever comes and goes. */
class ListTest {
    @Test
    fun `B14 a list is filtered, sorted and paged while records come and go`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val customer = keep.customer("Hansa")
                // Two a day: records that are equal in the order must not be lost between pages.
                val jobs = List(12) { keep.job(customer, "Job $it", "assigned", day = 1 + it / 2) }
                keep.job(customer, "Finished", "complete", day = 1)
                val assigned = query("work_order", ascending("due"), limit = 4) {
                    equal("status", Value.Choice("assigned"))
                    atLeast("due", Value.Date("2026-04-01"))
                }
                val first = keep.find(assigned)
                assertEquals(jobs.take(4), first.records.map { it.id })
                // One goes, one comes behind the mark, one comes before it.
                keep.edit(keep.shown(jobs[5])) { choice("status", "complete") }
                val late = keep.job(customer, "Late", "assigned", day = 28)
                val early = keep.job(customer, "Early", "assigned", day = 1)
                val rest = keep.idsAfter(assigned, first)
                assertEquals(jobs.drop(4) - jobs[5] + late, rest)
                val descending = keep.find(assigned.copy(sort = descending("due"), limit = 2u)).records
                assertEquals(late, descending.first().id)
                assertTrue(early in keep.find(assigned).records.map { it.id })
            }
        }
    }

    @Test
    fun `B37 words are found in any spelling, and an edit counts at once`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val bakery = keep.customer("Bäckerei Łódź")
                keep.customer("Hansa")
                suspend fun found(words: String): List<String?> {
                    val typed = keep.find(Customer.list(search = words)).models
                    assertEquals(
                        keep.find(query("customer", search = words)).records.map {
                            it.id
                        },
                        typed.map { it.id.record },
                    )
                    return typed.map { it.name }
                }
                assertEquals(listOf<String?>("Bäckerei Łódź"), found("ŁÓDŹ back"))
                assertEquals(emptyList(), found("back hansa"))
                keep.edit(keep.shown(bakery)) { text("name", "Café") }
                assertEquals(listOf<String?>("Café"), found("cafe"))
                assertEquals(emptyList(), found("backerei"))
            }
        }
    }

    @Test
    fun `B14 a watched list follows`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val pages = Channel<List<String?>>(Channel.UNLIMITED)
                val watching = launch {
                    keep.watch(query("customer", ascending("name")) { below("name", Value.Text("M")) })
                        .collect { page -> pages.send(page.records.map { it["name"]?.asText }) }
                }
                assertEquals(emptyList(), pages.receive())
                val weber = keep.customer("Weber")
                keep.customer("Hansa")
                assertEquals(listOf("Hansa"), pages.awaitLast { it.isNotEmpty() })
                keep.edit(keep.shown(weber)) { text("name", "Ebner") }
                assertEquals(listOf("Ebner", "Hansa"), pages.awaitLast { it.size == 2 })
                watching.cancel()
            }
        }
    }

    @Test
    @Timeout(400)
    fun `B15 a hundred thousand records are listed page by page`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("large")
            site.phone(folder = folder).use { keep ->
                keep.goOffline()
                // From the last to the first, so that the order asked for is not the one of arrival.
                for (hundred in (0 until RECORDS step 100).reversed()) {
                    keep.commit(List(100) { newRecord("customer") { text("name", numbered(hundred + it)) } })
                }
            }
            // Neither the heap nor the optimising compiler, which takes tens of megabytes when it likes, is to be measured.
            val small =
                listOf("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
            Child("list", folder.path, site.url, site.token("ana"), javaOptions = small).use { child ->
                val (count, grownKb) = child.readLine().split(" ").map { it.toInt() }
                assertEquals(RECORDS, count)
                // All of them together have some 50 MB.
                assertTrue(grownKb < 10_000, "memory grew by $grownKb kB over 90 pages")
            }
        }
    }

    private suspend fun Fieldkeep.job(customer: RecordId, title: String, status: String, day: Int): RecordId = commit(
        newRecord("work_order") {
            text("title", title)
            choice("status", status)
            reference("customer", customer)
            date("due", LocalDate.of(2026, 4, day))
        },
    ).records.single()

    private suspend fun Fieldkeep.idsAfter(query: Query, first: RecordPage): List<RecordId> = buildList {
        var next = query.after(first)
        while (next != null) {
            val page = find(next)
            addAll(page.records.map { it.id })
            next = next.after(page)
        }
    }

    private suspend fun <T> Channel<T>.awaitLast(wanted: (T) -> Boolean): T {
        while (true) {
            val value = receive()
            if (wanted(value)) return value
        }
    }

    private companion object {
        const val RECORDS = 100_000
    }
}

package io.fieldkeep

import io.fieldkeep.model.Customer
import io.fieldkeep.model.WorkOrder
import io.fieldkeep.model.edit
import io.fieldkeep.model.get
import kotlinx.coroutines.runBlocking
import java.io.File
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** Numbers and times that Kotlin has a value for and no field does. */
class BeyondMeasureTest {
    @Test
    fun `a commit refuses them with the field's name and a query refuses them`() = runBlocking<Unit> {
        Site(resource("every_kind.json")).use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val thing = keep.shown(keep.commit(newRecord("thing") { text("text", "x") }).records.single())
                for (number in NUMBERS) assertRefused("decimal") { keep.edit(thing) { decimal("decimal", number) } }
                for (moment in MOMENTS) assertRefused("instant") { keep.edit(thing) { instant("instant", moment) } }
                for (day in DAYS) assertRefused("date") { keep.edit(thing) { date("date", day) } }
                assertRefused("place") { keep.edit(thing) { place("place", Double.NaN, 0.0) } }
                val (decimal, instant) = decimalColumn("decimal", "") to instantColumn("instant", "")
                val filters = NUMBERS.take(3).map { decimal equalTo it } + MOMENTS.take(2).map { instant above it }
                for (filter in filters) {
                    assertFailsWith<KeepException.BadRequest>("$filter") {
                        keep.find(Query("thing", listOf(filter), null, 10u, null))
                    }
                }
                assertEquals(1, keep.outbox().size)
            }
        }
    }

    @Test
    fun `generated classes refuse them, too`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val id = WorkOrder.Id(keep.newRecordId())
                val customer = Customer.Id(keep.customer("Hansa"))
                keep.commit(WorkOrder.create("Pump", WorkOrder.Status.Assigned, customer, id))
                val shown = checkNotNull(keep.get(id))
                for (number in NUMBERS) assertRefused("labor_hours") { keep.edit(shown) { laborHours = number } }
            }
        }
    }

    @Test
    fun `what says the same shorter is taken`() = runBlocking<Unit> {
        Site(resource("every_kind.json")).use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                for ((given, kept) in mapOf("0E+2000000000" to "0", "0E-2000000000" to "0", "1E+3" to "1000")) {
                    val id = keep.commit(newRecord("thing") { decimal("decimal", BigDecimal(given)) }).records.single()
                    assertEquals(BigDecimal(kept), keep.shown(id)["decimal"]?.asDecimal, given)
                }
            }
        }
    }

    private suspend fun assertRefused(field: String, edit: suspend () -> Unit) {
        val refused = assertFailsWith<KeepException.Invalid> { edit() }
        assertEquals(listOf(field), refused.problems.map { it.field })
    }

    private fun resource(name: String) = File(checkNotNull(javaClass.getResource("/$name")).toURI())

    private companion object {
        /** The first ones cannot even be handed over. */
        val NUMBERS = listOf("1E+2000000000", "1E-2000000000", "-1E+2147483647", "9".repeat(100), "9".repeat(5_000))
            .map(::BigDecimal)
        val MOMENTS = listOf(Instant.MAX, Instant.MIN, Instant.ofEpochMilli(Long.MAX_VALUE))
        val DAYS = listOf(LocalDate.MAX, LocalDate.MIN)
    }
}

package io.fieldkeep.demo

import io.fieldkeep.FormToken
import io.fieldkeep.LaneReason
import io.fieldkeep.RecordId
import io.fieldkeep.SyncAnswer
import io.fieldkeep.SyncItem
import io.fieldkeep.SyncOutcome
import io.fieldkeep.SyncReport
import io.fieldkeep.Value
import io.fieldkeep.WhyWaiting
import io.fieldkeep.demo.model.WorkOrder
import java.nio.file.Files
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class WordsTest {
    @Test
    fun `times are the reader's, and the offset is that of the moment`() {
        val reader = Reader { ZoneId.of("Europe/Berlin") }
        val winter = Instant.parse("2026-01-15T12:00:00Z").toEpochMilli()
        val summer = Instant.parse("2026-07-15T12:00:00Z").toEpochMilli()
        assertEquals(60, reader.locale(winter).utcOffsetMinutes)
        assertEquals(120, reader.locale(summer).utcOffsetMinutes)
        assertEquals("14:00", reader.moment(summer, summer))
        assertEquals("15 Jan, 13:00", reader.moment(winter, summer))
    }

    @Test
    fun `a report says what came of it and what is left`() {
        val sent = SyncItem(RecordId("a"), null, null, SyncAnswer.APPLIED)
        val report = SyncReport(SyncOutcome.Failed("no route", 1_200), listOf(sent), 2, 1)
        assertEquals(
            "It did not work. It is tried again in 2 seconds. 1 change sent, 2 still wait, 1 needs your review.",
            wordsFor(report),
        )
        assertEquals("Done.", wordsFor(SyncReport(SyncOutcome.Done, emptyList(), 0, 0)))
    }

    @Test
    fun `what waits for a newer app says so`() {
        assertEquals("Update this app to send it", wordsFor(WhyWaiting.NeedsUpdate, null))
        assertEquals("Update this app to send it", wordsFor(WhyWaiting.Lane(1, LaneReason.APP_TOO_OLD), null))
    }

    @Test
    fun `what is typed becomes a value of the same kind`() {
        assertEquals(Value.Decimal("1.5"), typedValue("1,5", Value.Decimal("2")))
        assertEquals(Value.Date("2026-03-04"), typedValue(" 2026-03-04 ", Value.Date("2026-01-01")))
        assertNull(typedValue("soon", Value.Date("2026-01-01")))
        assertNull(typedValue("1e2000000000", Value.Decimal("2")))
        assertNull(typedValue("x", Value.Integer(1)))
        assertEquals(Value.Text("x"), typedValue("x", Value.Text("")))
    }

    @Test
    fun `a draft gives back what was typed, whatever it was`() {
        val token = FormToken("t")
        val content = JobFormContent(WorkOrder.Status.Complete, "1,", LocalDate.of(2026, 3, 4), " # a=b\n\\ ü ")
        assertEquals(content, JobFormContent.of(content.asText(token)))
        assertEquals(token, JobFormContent.tokenIn(content.asText(token)))
        val empty = JobFormContent(null, "", null, "")
        assertEquals(empty, JobFormContent.of(empty.asText(token)))
    }

    @Test
    fun `settings are read as they were saved`() {
        val folder = Files.createTempDirectory("fieldkeep-demo-settings").toFile()
        val file = SettingsFile(folder.resolve("below/settings"))
        assertNull(file.load())
        val settings = AppSettings("https://field.example.com", "ana", "a=b", darkTheme = true)
        file.save(AppSettings("http://old", "ana", ""))
        file.save(settings)
        assertEquals(settings, file.load())
        folder.deleteRecursively()
    }

    @Test
    fun `a field is named as in the schema`() {
        assertEquals("Labor hours", fieldLabel(WorkOrder.Columns.laborHours.name))
    }
}

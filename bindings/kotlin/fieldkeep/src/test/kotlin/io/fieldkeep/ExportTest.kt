package io.fieldkeep

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class ExportTest {
    @Test
    fun `B39 what was not sent is written to a file that is not written over`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val shown = keep.syncedCustomer("Hansa")
                keep.goOffline()
                val operation = keep.edit(shown) { text("city", "Kiel") }.operations.single()
                keep.customer("Weber")
                val before = keep.outbox()
                val file = File(site.folder("export"), "unsent.jsonl")
                assertEquals(2, keep.exportUnsent(file))
                val written = file.readText()
                val lines = written.lines().filter { it.isNotEmpty() }.map { Json.parseToJsonElement(it).jsonObject }
                val (head, edited, made) = lines
                assertEquals(listOf("fieldkeep-unsent-1", "ana"), listOf(head.text("format"), head.text("user")))
                assertEquals(JsonPrimitive(operation), edited["operation"])
                assertEquals("offline", edited.getValue("why").jsonObject.text("why"))
                val field = edited.getValue("fields").jsonArray.single().jsonObject
                assertEquals(listOf("city", "Kiel"), listOf(field.text("field"), field.text("to")))
                assertEquals(listOf("customer", "create"), listOf(made.text("record_type"), made.text("kind")))
                assertEquals(before, keep.outbox(), "nothing was sent or removed")
                keep.customer("Adler")
                assertFailsWith<KeepException.BadRequest> { keep.exportUnsent(file) }
                assertEquals(written, file.readText())
            }
        }
    }
}

package io.fieldkeep

import io.fieldkeep.model.Customer
import io.fieldkeep.model.WorkOrder
import io.fieldkeep.model.edit
import io.fieldkeep.model.get
import io.fieldkeep.odd.RecordRecord
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.jetbrains.kotlin.cli.common.ExitCode
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Files
import java.time.Instant
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class ModelsTest {
    @Test
    fun `B36 a generated class and field names make the same edit`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val customer = Customer.Id(keep.customer("Hansa"))
                val id = WorkOrder.Id(keep.newRecordId())
                keep.commit(
                    WorkOrder.create("Pump", WorkOrder.Status.Assigned, customer, id) {
                        due = LocalDate.of(2026, 4, 1)
                        laborHours = "1.50".toBigDecimal()
                        tags = setOf("roof")
                        this.site = Place(53.5, 10.0)
                    },
                )
                val job = checkNotNull(keep.get(id))
                assertEquals(listOf(customer, LocalDate.of(2026, 4, 1)), listOf(job.customer, job.due))
                keep.saveDraft("job", "{}", job.record)
                val typed = keep.edit(job, draft = "job") {
                    assertEquals("Pump", title)
                    status = WorkOrder.Status.InProgress
                    due = null
                }
                val untyped = keep.edit(job.record) {
                    choice("status", "in_progress")
                    date("due", null)
                }
                assertEquals(1, typed.operations.size)
                assertEquals(null, keep.draft("job"), "a commit that names it removes it")
                assertEquals("Labor hours", WorkOrder.Columns.laborHours.label)
                assertEquals(emptyList(), untyped.operations, "there is nothing left to change")
                val list = WorkOrder.list(WorkOrder.Columns.status equalTo WorkOrder.Status.InProgress)
                assertEquals(listOf(id), keep.watch(list).first().models.map { it.id })
                keep.goOnline()
                keep.awaitSynced(id.record)
                assertEquals("in_progress", site.value("work_order", "status"))
                assertEquals(null, site.value("work_order", "due"))
            }
        }
    }

    @Test
    fun `B36 a misspelt field, a wrong choice, a wrong type and a field of the server do not compile`() {
        assertEquals(emptyList(), errorsOf("title = \"Pump\""))
        for ((edit, error) in listOf(
            "titel = \"Pump\"" to "titel",
            "status = WorkOrder.Status.Done" to "Done",
            "status = WorkOrder.Priority.Low" to "type mismatch",
            "laborHours = \"1.5\"" to "type mismatch",
            "customer = WorkOrder.Id(RecordId(\"x\"))" to "type mismatch",
            "number = \"WO-1\"" to "number",
        )) {
            val errors = errorsOf(edit)
            assertEquals(1, errors.size, "$edit: $errors")
            assertTrue(errors.single().contains(error, ignoreCase = true), "$edit: $errors")
        }
    }

    @Test
    fun `names that the language needs are written differently`() {
        val edit = RecordRecord.create(classField = "first") {
            aBField = Instant.ofEpochSecond(1)
            string = RecordRecord.StringChoice.Gelöscht
        } as Edit.Create
        assertEquals(setOf("class", "a__b", "string"), edit.fields.keys)
        assertEquals(Value.Choice("gelöscht"), edit.fields["string"])
        assertEquals(8, RecordRecord.StringChoice.all.map { it.name }.toSet().size)
        assertEquals(io.fieldkeep.odd.Schema.VERSION, io.fieldkeep.ffi.checkSchema(io.fieldkeep.odd.Schema.json))
    }

    /** What the compiler says of an edit of a work order. */
    private fun errorsOf(edit: String): List<String> {
        val folder = Files.createTempDirectory("fieldkeep-compile").toFile()
        try {
            val source = folder.resolve("Edit.kt")
            source.writeText(
                "import io.fieldkeep.*\nimport io.fieldkeep.model.*\nfun edit(job: WorkOrder) = job.changed { $edit }\n",
            )
            val said = ByteArrayOutputStream()
            val exit = K2JVMCompiler().exec(
                PrintStream(said),
                source.path,
                "-no-stdlib",
                "-no-reflect",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                folder.resolve("out").path,
            )
            val errors = said.toString().lines().filter { "error:" in it }
            assertEquals(exit == ExitCode.OK, errors.isEmpty(), said.toString())
            return errors
        } finally {
            folder.deleteRecursively()
        }
    }
}

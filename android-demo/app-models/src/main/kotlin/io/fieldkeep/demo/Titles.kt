package io.fieldkeep.demo

import io.fieldkeep.Fieldkeep
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.demo.model.Customer
import io.fieldkeep.demo.model.Note
import io.fieldkeep.demo.model.Part
import io.fieldkeep.demo.model.Visit
import io.fieldkeep.demo.model.WorkOrder

/** A record as people call it. */
internal suspend fun Fieldkeep.titleOf(id: RecordId): String = get(id)?.let { titleOf(it) } ?: "Unknown record"

internal suspend fun Fieldkeep.titleOf(record: Record): String = when (record.recordType) {
    WorkOrder.TYPE -> WorkOrder.of(record)?.title ?: "Work order"
    Customer.TYPE -> Customer.of(record)?.name ?: "Customer"
    Note.TYPE -> "Note" + titleOfJob(Note.of(record)?.workOrder)
    Part.TYPE -> (Part.of(record)?.name ?: "Part") + titleOfJob(Part.of(record)?.workOrder)
    Visit.TYPE -> "Visit" + titleOfJob(Visit.of(record)?.workOrder)
    else -> record.recordType
}

private suspend fun Fieldkeep.titleOfJob(job: WorkOrder.Id?): String =
    job?.let { get(it.record) }?.let { " for ${titleOf(it)}" }.orEmpty()

/** The job that a record belongs to, or is. */
internal suspend fun Fieldkeep.jobOf(id: RecordId): WorkOrder.Id? {
    val record = get(id) ?: return null
    return when (record.recordType) {
        WorkOrder.TYPE -> WorkOrder.Id(record.id)
        Note.TYPE -> Note.of(record)?.workOrder
        Part.TYPE -> Part.of(record)?.workOrder
        Visit.TYPE -> Visit.of(record)?.workOrder
        else -> null
    }
}

/** A field's name as people read it: `labor_hours` is "Labor hours", as in the schema. */
internal fun fieldLabel(field: String): String = field.replace('_', ' ').replaceFirstChar(Char::uppercase)

package io.fieldkeep.demo

import io.fieldkeep.ChoiceValue
import io.fieldkeep.Fieldkeep
import io.fieldkeep.Value
import io.fieldkeep.demo.model.WorkOrder
import java.time.LocalDate
import java.time.format.DateTimeParseException

/** A value as people read it. */
internal suspend fun Fieldkeep.wordsFor(value: Value, type: String, field: String, reader: Reader): String =
    when (value) {
        is Value.Null -> "Nothing"
        is Value.Text -> value.v1
        is Value.Decimal -> value.v1
        is Value.Integer -> value.v1.toString()
        is Value.Boolean -> if (value.v1) "Yes" else "No"
        is Value.Instant -> reader.moment(value.v1, nowMs())
        is Value.Date -> reader.day(LocalDate.parse(value.v1))
        is Value.Choice -> choicesOf(type, field).find { it.name == value.v1 }?.label ?: value.v1
        is Value.Tags -> value.v1.joinToString()
        is Value.Phone -> value.v1
        is Value.Reference -> titleOf(value.v1)
        is Value.Geo -> "${value.latitude}, ${value.longitude}"
        is Value.Unknown -> value.v1
    }

/** The choices of a field; empty when it is none. */
internal fun choicesOf(type: String, field: String): List<ChoiceValue> = when (type to field) {
    WorkOrder.TYPE to WorkOrder.Columns.status.name -> WorkOrder.Status.all
    WorkOrder.TYPE to WorkOrder.Columns.priority.name -> WorkOrder.Priority.all
    else -> emptyList()
}

/** A value as it is typed; null when a person does not type values of this kind. */
internal fun typedText(value: Value): String? = when (value) {
    is Value.Text -> value.v1
    is Value.Decimal -> value.v1
    is Value.Integer -> value.v1.toString()
    is Value.Date -> value.v1
    is Value.Phone -> value.v1
    else -> null
}

/** What was typed, as a value of the kind of [like]; null when it is none of that kind. */
internal fun typedValue(text: String, like: Value): Value? = when (like) {
    is Value.Text -> Value.Text(text)

    is Value.Decimal -> decimalIn(text)?.let { Value.Decimal(it.toPlainString()) }

    is Value.Integer -> text.trim().toLongOrNull()?.let(Value::Integer)

    is Value.Phone -> Value.Phone(text.trim())

    is Value.Date -> try {
        Value.Date(LocalDate.parse(text.trim()).toString())
    } catch (_: DateTimeParseException) {
        null
    }

    else -> null
}

package io.fieldkeep

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate

/** The fields of an edit, by name. For schemas that are known only at run time; else use the generated classes. */
class Fields internal constructor() {
    internal val values = mutableMapOf<String, Value>()

    /** Sets a field; null empties it. */
    operator fun set(field: String, value: Value?) {
        values[field] = value ?: Value.Null
    }

    /** Sets a short or long text. */
    fun text(field: String, value: String?) = set(field, value?.let(Value::Text))

    /** Sets one of the declared choices, by its name. */
    fun choice(field: String, value: String?) = set(field, value?.let(Value::Choice))

    /** Sets an exact decimal number. */
    fun decimal(field: String, value: BigDecimal?) = set(field, value?.let(::decimalValue))

    /** Sets an exact decimal number as it was typed, such as `"12.50"`. */
    fun decimal(field: String, value: String) = set(field, Value.Decimal(value))

    /** Sets a whole number. */
    fun integer(field: String, value: Long?) = set(field, value?.let(Value::Integer))

    /** Sets yes or no. */
    fun flag(field: String, value: Boolean?) = set(field, value?.let(Value::Boolean))

    /** Sets a moment. Kept to the millisecond. */
    fun instant(field: String, value: Instant?) = set(field, value?.let(::instantValue))

    /** Sets a calendar day without a time zone. */
    fun date(field: String, value: LocalDate?) = set(field, value?.let { Value.Date(it.toString()) })

    /** Sets a phone number. */
    fun phone(field: String, value: String?) = set(field, value?.let(Value::Phone))

    /** Sets a set of words. */
    fun tags(field: String, value: Set<String>) = set(field, Value.Tags(value.toList()))

    /** Sets a place on earth, in degrees. */
    fun place(field: String, latitude: Double, longitude: Double) = place(field, Place(latitude, longitude))

    /** Sets a place on earth. */
    fun place(field: String, value: Place?) = set(field, value?.let { Value.Geo(it.latitude, it.longitude) })

    /** Points to another record. */
    fun reference(field: String, value: RecordId?) = set(field, value?.let(Value::Reference))
}

/** An edit of a record as it was shown: the seen stamp is filled in. */
fun Record.changed(fields: Fields.() -> Unit): Edit = Edit.Patch(recordType, id, seen, Fields().apply(fields).values)

/** An edit of a record as it was shown when the draft's form opened; null when the draft was for a new record. */
fun Draft.changed(recordType: String, fields: Fields.() -> Unit): Edit? =
    record?.let { Edit.Patch(recordType, it, seen, Fields().apply(fields).values) }

/** An edit that puts a record away, as it was shown. */
fun Record.archived(): Edit = Edit.Archive(id, seen)

/** An edit that takes a record up again. */
fun Record.reopened(): Edit = Edit.Reopen(id, seen)

/** An edit that marks the work on a record as finished and signed. */
fun Record.signedOff(): Edit = Edit.Signoff(id, seen)

/** An edit that makes a record. */
fun newRecord(recordType: String, id: RecordId? = null, fields: Fields.() -> Unit): Edit =
    Edit.Create(recordType, id, Fields().apply(fields).values)

/** How edits are kept: as one form, together or not, removing a draft. */
fun commitOptions(form: FormToken? = null, together: Boolean = false, draft: String? = null) =
    CommitOptions(form, together, draft)

/**
 * Saves a form: the seen stamp is filled in. With the token that was made when the [form] opened, a second tap is the same
 * operation; without one, each call is an edit of its own. A [draft] of that name is removed.
 */
suspend fun Fieldkeep.edit(
    record: Record,
    form: FormToken = FormToken.new(),
    draft: String? = null,
    fields: Fields.() -> Unit,
): Receipt = commit(record.changed(fields), commitOptions(form, draft = draft))

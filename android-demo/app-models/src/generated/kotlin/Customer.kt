// Made by `fieldkeep codegen` from schema version 1. Do not edit.
package io.fieldkeep.demo.model

import io.fieldkeep.Edit
import io.fieldkeep.Fieldkeep
import io.fieldkeep.Filter
import io.fieldkeep.FormToken
import io.fieldkeep.Model
import io.fieldkeep.ModelChanges
import io.fieldkeep.ModelId
import io.fieldkeep.ModelQuery
import io.fieldkeep.Receipt
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.Sort
import io.fieldkeep.commitOptions
import io.fieldkeep.created
import io.fieldkeep.models
import io.fieldkeep.patched
import io.fieldkeep.phoneColumn
import io.fieldkeep.textColumn
import io.fieldkeep.watched
import kotlinx.coroutines.flow.Flow

/** Customer. */
class Customer private constructor(override val record: Record) : Model {
    override val id: Id get() = Id(record.id)

    /** Name. Required. */
    val name: String? by Columns.name

    /** Phone. */
    val phone: String? by Columns.phone

    /** City. */
    val city: String? by Columns.city

    /** Billing contact. */
    val billingContact: String? by Columns.billingContact

    override fun equals(other: Any?) = other is Customer && other.record == record

    override fun hashCode() = record.hashCode()

    override fun toString() = record.toString()

    /** Names a record of this type. */
    @JvmInline
    value class Id(override val record: RecordId) : ModelId {
        override fun toString() = record.text
    }

    /** The fields by name and type, for lists. */
    object Columns {
        val name = textColumn("name", "Name")
        val phone = phoneColumn("phone", "Phone")
        val city = textColumn("city", "City")
        val billingContact = textColumn("billing_contact", "Billing contact")
    }

    /** What an edit sets. A field that is not touched stays as it is; null empties it. */
    class Changes internal constructor(shown: Record?) : ModelChanges(shown) {
        /** Name. Required. */
        var name: String? by Columns.name

        /** Phone. */
        var phone: String? by Columns.phone

        /** City. */
        var city: String? by Columns.city

        /** Billing contact. */
        var billingContact: String? by Columns.billingContact
    }

    companion object {
        const val TYPE = "customer"

        /** The record as this class; null when it is of another type. */
        fun of(record: Record): Customer? = if (record.recordType == TYPE) Customer(record) else null

        /** An edit that makes a record. */
        fun create(
            name: String,
            id: Id? = null,
            more: Changes.() -> Unit = {},
        ): Edit {
            val changes = Changes(null)
            changes.name = name
            changes.more()
            return created(TYPE, id, changes)
        }

        /**
         * A list: all filters hold, and all words of [search] stand in searchable fields. [limit] is 1 to 1,000; [after] is
         * where the page before ended.
         */
        fun list(
            vararg filters: Filter,
            sort: Sort? = null,
            limit: Int = 20,
            after: String? = null,
            search: String? = null,
        ): ModelQuery<Customer> = models(TYPE, filters, sort, limit, after, search, ::of)
    }
}

/** The record; null when it is not on this device. */
suspend fun Fieldkeep.get(id: Customer.Id): Customer? = get(id.record)?.let(Customer::of)

/** Watches a record; null while it is not on this device. */
fun Fieldkeep.watch(id: Customer.Id): Flow<Customer?> = watched(this, id, Customer::of)

/** An edit of the record as it was shown. */
fun Customer.changed(change: Customer.Changes.() -> Unit): Edit = patched(this, Customer.Changes(record).apply(change))

/** Saves a form: seen stamp and form token are filled in, so a second tap with the same token is the same operation. A
    [draft] of that name is removed. */
suspend fun Fieldkeep.edit(
    shown: Customer,
    form: FormToken = FormToken.new(),
    draft: String? = null,
    change: Customer.Changes.() -> Unit,
): Receipt = commit(shown.changed(change), commitOptions(form, draft = draft))

package io.fieldkeep

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import kotlin.reflect.KProperty

/** One of the declared choices of a field; classes made from the schema list them. */
interface ChoiceValue {
    /** What is stored and sent. */
    val name: String

    /** What a person reads. */
    val label: String
}

/**
 * A field with its exact type: how its values are read and set. Classes made from the schema have one for each field.
 *
 * @property name what is stored and sent
 * @property label what a person reads
 */
open class Column<T : Any>(
    val name: String,
    val label: String,
    private val lower: (T) -> Value,
    private val lift: (Value) -> T?,
) {
    internal fun valueOf(value: T): Value = lower(value)

    internal fun read(values: Map<String, Value>): T? = values[name]?.let(lift)

    operator fun getValue(model: Model, property: KProperty<*>): T? = read(model.record.fields)

    operator fun getValue(changes: ModelChanges, property: KProperty<*>): T? = changes[this]

    operator fun setValue(changes: ModelChanges, property: KProperty<*>, value: T?) = changes.set(this, value)
}

/** A field by which lists are filtered and sorted: quick among a million records where the schema says `indexed`. */
class SortableColumn<T : Any>(name: String, label: String, lower: (T) -> Value, lift: (Value) -> T?) :
    Column<T>(name, label, lower, lift) {
    /** Smallest first; records without a value come first. */
    val ascending: Sort get() = Sort(name, false)

    /** Largest first; records without a value come last. */
    val descending: Sort get() = Sort(name, true)

    /** Records without a value. */
    val isEmpty: Filter get() = Filter(name, Comparison.Empty)

    /** Records with a value. */
    val isNotEmpty: Filter get() = Filter(name, Comparison.NotEmpty)

    /** Equal by the field's type. */
    infix fun equalTo(value: T): Filter = Filter(name, Comparison.Equal(valueOf(value)))

    /** One of these. */
    fun oneOf(vararg values: T): Filter = Filter(name, Comparison.OneOf(values.map(::valueOf)))

    /** Less than. */
    infix fun below(value: T): Filter = Filter(name, Comparison.Below(valueOf(value)))

    /** Not more than. */
    infix fun atMost(value: T): Filter = Filter(name, Comparison.AtMost(valueOf(value)))

    /** More than. */
    infix fun above(value: T): Filter = Filter(name, Comparison.Above(valueOf(value)))

    /** Not less than. */
    infix fun atLeast(value: T): Filter = Filter(name, Comparison.AtLeast(valueOf(value)))
}

/** A short or long text. */
fun textColumn(name: String, label: String) = SortableColumn(name, label, Value::Text, Value::asText)

/** An exact decimal number. */
fun decimalColumn(name: String, label: String) =
    SortableColumn<BigDecimal>(name, label, ::decimalValue, Value::asDecimal)

/** A whole number. */
fun integerColumn(name: String, label: String) = SortableColumn(name, label, Value::Integer, Value::asLong)

/** Yes or no. */
fun booleanColumn(name: String, label: String) = SortableColumn(name, label, Value::Boolean, Value::asBoolean)

/** A moment, to the millisecond. */
fun instantColumn(name: String, label: String) = SortableColumn<Instant>(name, label, ::instantValue, Value::asInstant)

/** A calendar day without a time zone. */
fun dateColumn(name: String, label: String) =
    SortableColumn<LocalDate>(name, label, { Value.Date(it.toString()) }, Value::asDate)

/** One of the declared choices. */
fun <T : ChoiceValue> choiceColumn(name: String, label: String, of: (String) -> T) =
    SortableColumn<T>(name, label, { Value.Choice(it.name) }) { it.asChoice?.let(of) }

/** A phone number. */
fun phoneColumn(name: String, label: String) = SortableColumn(name, label, Value::Phone, Value::asPhone)

/** Another record. */
fun <T : ModelId> referenceColumn(name: String, label: String, of: (RecordId) -> T) =
    SortableColumn<T>(name, label, { Value.Reference(it.record) }) { it.asReference?.let(of) }

/** A set of words. Lists cannot be filtered by it. */
fun tagsColumn(name: String, label: String) =
    Column<Set<String>>(name, label, { Value.Tags(it.toList()) }, Value::asTags)

/** A place on earth. Lists cannot be filtered by it. */
fun placeColumn(name: String, label: String) =
    Column<Place>(name, label, { Value.Geo(it.latitude, it.longitude) }, Value::asPlace)

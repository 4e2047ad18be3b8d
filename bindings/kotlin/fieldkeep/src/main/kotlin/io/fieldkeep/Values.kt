package io.fieldkeep

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate

/** A place on earth, in degrees. */
data class Place(
    /** Degrees north, -90 to 90. */
    val latitude: Double,
    /** Degrees east, -180 to 180. */
    val longitude: Double,
)

/** A field's value as it is shown; null when it has none. */
operator fun Record.get(field: String): Value? = fields[field]

/** A short or long text; null for every other kind. */
val Value.asText: String? get() = (this as? Value.Text)?.v1

/** An exact decimal number; null for every other kind. */
val Value.asDecimal: BigDecimal? get() = (this as? Value.Decimal)?.let { BigDecimal(it.v1) }

/** A whole number; null for every other kind. */
val Value.asLong: Long? get() = (this as? Value.Integer)?.v1

/** Yes or no; null for every other kind. */
val Value.asBoolean: Boolean? get() = (this as? Value.Boolean)?.v1

/** A moment, to the millisecond; null for every other kind. */
val Value.asInstant: Instant? get() = (this as? Value.Instant)?.let { Instant.ofEpochMilli(it.v1) }

/** A calendar day without a time zone; null for every other kind. */
val Value.asDate: LocalDate? get() = (this as? Value.Date)?.let { LocalDate.parse(it.v1) }

/** The name of a declared choice; null for every other kind. */
val Value.asChoice: String? get() = (this as? Value.Choice)?.v1

/** A set of words; null for every other kind. */
val Value.asTags: Set<String>? get() = (this as? Value.Tags)?.v1?.toSet()

/** A phone number; null for every other kind. */
val Value.asPhone: String? get() = (this as? Value.Phone)?.v1

/** Another record's id on this device; null for every other kind. */
val Value.asReference: RecordId? get() = (this as? Value.Reference)?.v1

/** A place on earth; null for every other kind. */
val Value.asPlace: Place? get() = (this as? Value.Geo)?.let { Place(it.latitude, it.longitude) }

/** JSON text as the server sent it, where this schema does not know the value; null for every other kind. */
val Value.asUnknownJson: String? get() = (this as? Value.Unknown)?.v1

/**
 * A number as the core takes it. What has more digits than any field holds is [Value.Unknown]: a commit refuses it with the
 * field's name, a query refuses it, too. Written out, `1E+2000000000` would take more memory than there is.
 */
internal fun decimalValue(number: BigDecimal): Value = when {
    number.signum() == 0 -> Value.Decimal("0")
    digits(number) <= MOST_DIGITS -> Value.Decimal(number.toPlainString())
    number.precision() <= MOST_DIGITS -> Value.Unknown(number.toString())
    else -> Value.Unknown("a number of ${digits(number)} digits")
}

/** A moment as the core takes it, to the millisecond; [Value.Unknown] when it is hundreds of millions of years away. */
internal fun instantValue(moment: Instant): Value = try {
    Value.Instant(moment.toEpochMilli())
} catch (_: ArithmeticException) {
    Value.Unknown("\"$moment\"")
}

/** Digits of a number that is written out. */
private fun digits(number: BigDecimal): Long =
    maxOf(number.precision().toLong(), number.scale().toLong(), number.precision().toLong() - number.scale())

/** Fields take 38; zeros that say nothing may stand beside them. */
private const val MOST_DIGITS = 1_000

package io.fieldkeep

/** The conditions of a list. All of them must hold. Tags and places cannot be compared. */
class Where internal constructor() {
    internal val filters = mutableListOf<Filter>()

    /** The field has this value. */
    fun equal(field: String, value: Value) = add(field, Comparison.Equal(value))

    /** The field has one of these values. */
    fun oneOf(field: String, values: List<Value>) = add(field, Comparison.OneOf(values))

    /** The field's value is smaller. */
    fun below(field: String, value: Value) = add(field, Comparison.Below(value))

    /** The field's value is not larger. */
    fun atMost(field: String, value: Value) = add(field, Comparison.AtMost(value))

    /** The field's value is larger. */
    fun above(field: String, value: Value) = add(field, Comparison.Above(value))

    /** The field's value is not smaller. */
    fun atLeast(field: String, value: Value) = add(field, Comparison.AtLeast(value))

    /** The field has no value. */
    fun empty(field: String) = add(field, Comparison.Empty)

    /** The field has a value. */
    fun notEmpty(field: String) = add(field, Comparison.NotEmpty)

    private fun add(field: String, test: Comparison) {
        filters += Filter(field, test)
    }
}

/**
 * Which records, in what order.
 *
 * @param sort records that are equal in it, or all without it, come in the order of their arrival on this device
 * @param limit records of a page, 1 to 1000
 * @param after where the page before ended: its `next`
 * @param search words that must stand in the searchable fields, each also as the beginning of a longer one
 */
fun query(
    recordType: String,
    sort: Sort? = null,
    limit: Int = 100,
    after: String? = null,
    search: String? = null,
    where: Where.() -> Unit = {},
): Query {
    // What does not fit is refused by the call that takes the query, with the words of the core.
    val limitOrNone = limit.coerceAtLeast(0).toUInt()
    return Query(recordType, Where().apply(where).filters, sort, limitOrNone, after, search)
}

/** Smallest first; records without a value come first. */
fun ascending(field: String) = Sort(field, false)

/** Largest first; records without a value come last. */
fun descending(field: String) = Sort(field, true)

/** The query of the next page; null when [page] was the last. */
fun Query.after(page: RecordPage): Query? = page.next?.let { copy(after = it) }

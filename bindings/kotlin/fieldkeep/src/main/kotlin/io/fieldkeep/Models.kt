package io.fieldkeep

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map

/** Names a record of one type; classes made from the schema have one each, so that two types are not mixed up. */
interface ModelId {
    val record: RecordId
}

/** A record as a class made from the schema shows it. */
interface Model {
    /** The record itself: state, seen stamp, fields that this app's schema does not know. */
    val record: Record

    val id: ModelId
}

/** What an edit sets, as a class made from the schema offers it. */
abstract class ModelChanges(private val shown: Record?) {
    internal val values = mutableMapOf<String, Value>()

    /** What is set here, else what was shown. */
    internal operator fun <T : Any> get(column: Column<T>): T? =
        column.read(if (column.name in values) values else shown?.fields.orEmpty())

    internal operator fun <T : Any> set(column: Column<T>, value: T?) {
        values[column.name] = value?.let(column::valueOf) ?: Value.Null
    }
}

/** A list of one type's records. */
class ModelQuery<M : Model> internal constructor(val query: Query, internal val of: (Record) -> M?)

/** One page of a list; [next] is the `after` of the next one, null on the last. */
data class ModelPage<M : Model>(val models: List<M>, val next: String?)

/** One page of a list. */
suspend fun <M : Model> Fieldkeep.find(list: ModelQuery<M>): ModelPage<M> = pageOf(find(list.query), list)

/** Watches a list. */
fun <M : Model> Fieldkeep.watch(list: ModelQuery<M>): Flow<ModelPage<M>> = watch(list.query).map { pageOf(it, list) }

/** For classes made from the schema: watches a record; null while it is not on this device. */
fun <M : Model> watched(keep: Fieldkeep, id: ModelId, of: (Record) -> M?): Flow<M?> =
    keep.watch(id.record).map { it?.let(of) }

/** For classes made from the schema: an edit of a record as it was shown. */
fun patched(shown: Model, changes: ModelChanges): Edit =
    Edit.Patch(shown.record.recordType, shown.record.id, shown.record.seen, changes.values.toMap())

/** For classes made from the schema: an edit that makes a record. */
fun created(recordType: String, id: ModelId?, changes: ModelChanges): Edit =
    Edit.Create(recordType, id?.record, changes.values.toMap())

/** For classes made from the schema: a list of a type. */
fun <M : Model> models(
    recordType: String,
    filters: Array<out Filter>,
    sort: Sort?,
    limit: Int,
    after: String?,
    search: String?,
    of: (Record) -> M?,
): ModelQuery<M> {
    // What is below zero is refused like any other bad limit, not turned into a large number.
    return ModelQuery(Query(recordType, filters.toList(), sort, limit.coerceAtLeast(0).toUInt(), after, search), of)
}

private fun <M : Model> pageOf(page: RecordPage, list: ModelQuery<M>) =
    ModelPage(page.records.mapNotNull(list.of), page.next)

package io.fieldkeep

import kotlinx.coroutines.flow.first

/** Somebody who is signed in for good. */
class FixedTokens(private val text: String) : Tokens {
    override fun current() = AccessToken(text, 1u)

    override fun refresh(stale: ULong): AccessToken? = null
}

/** Somebody who signs in again. */
class ChangingTokens(@Volatile var token: AccessToken?) : Tokens {
    override fun current() = token

    override fun refresh(stale: ULong): AccessToken? = null
}

val english = ReaderLocale("en", 0)

/** What the operating system would say without a network. */
suspend fun Fieldkeep.goOffline() = conditions(Conditions(NetworkKind.NONE, Battery.OK))

/** What the operating system would say when there is one again. */
suspend fun Fieldkeep.goOnline() = conditions(Conditions(NetworkKind.UNMETERED, Battery.OK))

/** Makes a customer. */
suspend fun Fieldkeep.customer(name: String): RecordId =
    commit(newRecord("customer") { text("name", name) }).records.single()

/** A record that must be there. */
suspend fun Fieldkeep.shown(id: RecordId): Record = checkNotNull(get(id)) { "$id is not on this device" }

/** The sentence of a record. */
suspend fun Fieldkeep.words(id: RecordId): String = sentence(shown(id).state, english).text

/** Waits until a record is on the server and all news of it is here. */
suspend fun Fieldkeep.awaitSynced(id: RecordId): Record =
    checkNotNull(watch(id).first { it?.state?.headline is SyncFact.Synced })

/** A customer that both sides have. */
suspend fun Fieldkeep.syncedCustomer(name: String): Record {
    val id = customer(name)
    check(syncNow().outcome == SyncOutcome.Done)
    return awaitSynced(id)
}

/** The open reviews, once there are so many. */
suspend fun Fieldkeep.awaitReviews(count: Int): List<Review> = watchReviews().first { it.size == count }

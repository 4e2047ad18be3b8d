package io.fieldkeep

import io.fieldkeep.ffi.FieldkeepCore
import io.fieldkeep.ffi.UpdateListener
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.flowOn

/** A subscription as a flow: a slow collector gets the latest value, never a queue of old ones. */
internal fun watching(core: FieldkeepCore, target: WatchTarget, dispatcher: CoroutineDispatcher): Flow<Update> =
    callbackFlow {
        val listener = object : UpdateListener {
            override fun onUpdate(update: Update) {
                trySend(update)
            }
        }
        val watching = core.watch(target, listener)
        awaitClose {
            watching.cancel()
            watching.close()
        }
    }.conflate().flowOn(dispatcher)

/**
 * A call that waits for the network. It cannot be interrupted half-way, so a cancelled caller leaves it to finish and goes
 * on at once.
 */
@OptIn(DelicateCoroutinesApi::class)
internal suspend fun <T> abandonable(dispatcher: CoroutineDispatcher, call: () -> T): T =
    GlobalScope.async(dispatcher) { runCatching(call) }.await().getOrThrow()

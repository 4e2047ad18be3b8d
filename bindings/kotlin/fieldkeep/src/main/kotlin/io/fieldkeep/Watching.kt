package io.fieldkeep

import io.fieldkeep.ffi.FieldkeepCore
import io.fieldkeep.ffi.UpdateListener
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.flowOn
import java.util.concurrent.ConcurrentHashMap

/**
 * The flows that are being collected. The core tells nobody that it was closed, and a flow that nobody ends would keep
 * its collector waiting for ever.
 */
internal class LiveFlows {
    private val channels = ConcurrentHashMap.newKeySet<SendChannel<*>>()

    @Volatile
    private var ended = false

    fun add(channel: SendChannel<*>) {
        channels += channel
        // `end` may have passed just before.
        if (ended) channel.close()
    }

    fun remove(channel: SendChannel<*>) {
        channels -= channel
    }

    /** Ends all flows, those that begin later, too. What was told before still arrives. */
    fun end() {
        ended = true
        channels.forEach { it.close() }
    }
}

/**
 * A subscription as a flow: a slow collector gets the latest value, never a queue of old ones. `conflate` and `flowOn`
 * fuse with the channel of `callbackFlow`, so there is one buffer, and it holds one value.
 */
internal fun watching(
    core: FieldkeepCore,
    live: LiveFlows,
    target: WatchTarget,
    dispatcher: CoroutineDispatcher,
): Flow<Update> = callbackFlow {
    val listener = object : UpdateListener {
        override fun onUpdate(update: Update) {
            trySend(update)
        }
    }
    val watching = asking { core.watch(target, listener) }
    live.add(channel)
    awaitClose {
        live.remove(channel)
        watching.cancel()
        watching.close()
    }
}.conflate().flowOn(dispatcher)

package io.fieldkeep.demo

import io.fieldkeep.Fieldkeep
import io.fieldkeep.Severity
import io.fieldkeep.SyncState
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.transformLatest

/** One sentence of the core, and how loudly to say it. */
data class StatusLine(val text: String, val severity: Severity)

/** The core's sentences as this person reads them. Remembers when the first of them stops being true. */
class Wording(private val keep: Fieldkeep, private val reader: Reader) {
    /** When to say it again, corrected device time in milliseconds; null while only a change can make it untrue. */
    var changesAtMs: Long? = null
        private set

    /** The sentence for a state, as of now. */
    suspend fun line(state: SyncState): StatusLine {
        val sentence = keep.sentence(state, reader.locale(keep.nowMs()))
        changesAtMs = listOfNotNull(changesAtMs, sentence.changesAtMs).minOrNull()
        return StatusLine(sentence.text, state.severity)
    }
}

/** Shows each value in words, and again whenever time alone has made the words untrue. */
@OptIn(ExperimentalCoroutinesApi::class)
fun <S, T> Flow<S>.inWords(keep: Fieldkeep, reader: Reader, show: suspend Wording.(S) -> T): Flow<T> =
    transformLatest { value ->
        do {
            val wording = Wording(keep, reader)
            emit(wording.show(value))
            val untilMs = wording.changesAtMs
            if (untilMs != null) delay((untilMs - keep.nowMs()).coerceAtLeast(SHORTEST_WAIT_MS))
        } while (untilMs != null)
    }

/** A clock that is set back must not make the words spin. */
private const val SHORTEST_WAIT_MS = 50L

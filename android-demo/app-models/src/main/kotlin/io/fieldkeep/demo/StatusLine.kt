package io.fieldkeep.demo

import io.fieldkeep.Fieldkeep
import io.fieldkeep.Sentence
import io.fieldkeep.Severity
import io.fieldkeep.SyncState
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.transformLatest

/** What the core says of a state, and how loudly to say it. */
data class StatusLine(
    /** The sentence of the gravest part. */
    val text: String,
    val severity: Severity,
    /** Those of the other parts, where there is room for them. */
    val more: List<String> = emptyList(),
)

/** The core's sentences as this person reads them. Remembers when the first of them stops being true. */
class Wording(private val keep: Fieldkeep, private val reader: Reader) {
    /** When to say it again, corrected device time in milliseconds; null while only a change can make it untrue. */
    var changesAtMs: Long? = null
        private set

    /** The sentence for a state, as of now. */
    suspend fun line(state: SyncState): StatusLine {
        val sentence = keep.sentence(state, reader.locale(keep.nowMs()))
        remember(sentence)
        return StatusLine(sentence.text, state.severity)
    }

    /** The same with the sentences of all parts. */
    suspend fun lines(state: SyncState): StatusLine {
        val sentences = keep.sentences(state, reader.locale(keep.nowMs()))
        sentences.forEach(::remember)
        val texts = sentences.map { it.text }
        return StatusLine(texts.first(), state.severity, texts.drop(1))
    }

    private fun remember(sentence: Sentence) {
        changesAtMs = listOfNotNull(changesAtMs, sentence.changesAtMs).minOrNull()
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

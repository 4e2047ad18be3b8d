package io.fieldkeep.demo

import io.fieldkeep.ChoiceValue
import io.fieldkeep.KeepException
import io.fieldkeep.Resolve
import io.fieldkeep.Review
import io.fieldkeep.ReviewId
import io.fieldkeep.ReviewKind
import io.fieldkeep.Value
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update

/** How a third value is given. */
sealed interface Merging {
    /** It is typed. */
    data class Typed(val text: String) : Merging

    /** It is one of these. */
    data class Chosen(val choices: List<ChoiceValue>, val chosen: ChoiceValue?) : Merging
}

/** A question, and what was answered so far. */
data class ReviewRow(
    /** As it is shown: the answer says which other side the person saw. */
    val review: Review,
    /** The record. */
    val title: String,
    /** Why it is asked. */
    val question: String,
    /** The three values in words; null where the question is of a whole record. */
    val sides: Sides?,
    val messages: List<String>,
    /** What "mine" and "theirs" do here. */
    val mineLabel: String,
    val theirsLabel: String,
    /** A third value may be given. */
    val canMerge: Boolean,
    /** Set while a third value is being given. */
    val merging: Merging?,
    /** What became of the last answer; null when there is nothing to tell. */
    val notice: String?,
)

/** The values of a question about a field. */
data class Sides(val mine: String, val theirs: String, val theirsFrom: String, val base: String)

/** The questions that only a person can answer. */
class ReviewsModel(session: Session) : ScreenModel(session) {
    private data class Answering(val merging: Map<ReviewId, Merging> = emptyMap(), val notices: Map<ReviewId, String>)

    private val keep = session.keep
    private val answering = MutableStateFlow(Answering(notices = emptyMap()))

    /** Null until they were read. */
    val rows: StateFlow<List<ReviewRow>?> =
        session.live { watchRows() }.stateIn(scope, SharingStarted.Eagerly, null)

    /** Mine stands. */
    fun mine(row: ReviewRow) = answer(row.review, Resolve.Mine)

    /** Theirs stands. */
    fun theirs(row: ReviewRow) = answer(row.review, Resolve.Theirs)

    /** Begins to give a third value, starting with mine. */
    fun merge(row: ReviewRow) {
        val review = row.review
        val choices = choicesOf(review.recordType, review.field)
        val mine = review.mine
        val begun = if (choices.isEmpty()) {
            Merging.Typed(typedText(mine).orEmpty())
        } else {
            Merging.Chosen(choices, choices.find { mine is Value.Choice && it.name == mine.v1 })
        }
        setMerging(review.id, begun)
    }

    fun typeMerged(row: ReviewRow, text: String) = setMerging(row.review.id, Merging.Typed(text))

    fun chooseMerged(row: ReviewRow, choice: ChoiceValue) =
        setMerging(row.review.id, Merging.Chosen(choicesOf(row.review.recordType, row.review.field), choice))

    fun cancelMerge(row: ReviewRow) = answering.update { it.copy(merging = it.merging - row.review.id) }

    /** The third value stands. */
    fun saveMerged(row: ReviewRow) {
        val value = when (val merging = row.merging) {
            is Merging.Chosen -> merging.chosen?.let { Value.Choice(it.name) }
            is Merging.Typed -> kindOf(row.review)?.let { typedValue(merging.text, it) }
            null -> return
        }
        if (value ==
            null
        ) {
            tell(row.review.id, "This is no value for ${row.review.label}.")
        } else {
            answer(row.review, Resolve.Merged(value))
        }
    }

    private fun answer(review: Review, answer: Resolve) = save(review.label, { tell(review.id, it) }) {
        try {
            keep.resolve(review, answer)
        } catch (_: KeepException.ReviewClosed) {
            // Both sides say the same by now: the question is gone from the list, too.
        }
        answering.update { it.copy(merging = it.merging - review.id, notices = it.notices - review.id) }
    }

    private fun watchRows(): Flow<List<ReviewRow>> =
        combine(keep.watchReviews(), answering, ::Pair).inWords(keep, session.reader) { (reviews, answering) ->
            reviews.map { row(it, answering) }
        }

    private suspend fun row(review: Review, answering: Answering) = ReviewRow(
        review = review,
        title = keep.titleOf(review.record),
        question = question(review),
        sides = if (review.field.isEmpty()) null else sides(review),
        messages = review.messages,
        mineLabel = if (review.kind == ReviewKind.CONFLICT) "Use mine" else "Try again",
        theirsLabel = if (review.kind == ReviewKind.CONFLICT) "Use theirs" else "Give mine up",
        canMerge = review.canMerge && kindOf(review) != null,
        merging = answering.merging[review.id],
        notice = answering.notices[review.id],
    )

    private suspend fun sides(review: Review): Sides {
        suspend fun words(value: Value) = keep.wordsFor(value, review.recordType, review.field, session.reader)
        val at = review.theirsAtMs?.let { session.reader.moment(it, keep.nowMs()) }
        return Sides(
            mine = words(review.mine),
            theirs = words(review.theirs),
            theirsFrom = listOfNotNull(review.theirsBy, at).joinToString(", "),
            base = words(review.base),
        )
    }

    private fun question(review: Review): String = when (review.kind) {
        ReviewKind.CONFLICT -> "${review.label} was changed here and in the office."
        ReviewKind.REJECTED -> "${review.label} was not accepted."
        ReviewKind.RULE_CHANGED -> "${review.label} does not fit the rules any more."
        ReviewKind.GONE -> "This was removed in the office."
        ReviewKind.PARENT_GONE -> "What this belongs to was removed."
        ReviewKind.FORBIDDEN -> "You may not change this any more."
        ReviewKind.UNCERTAIN -> "${review.label} was sent long ago, and no answer came."
        ReviewKind.LOCKED -> "This is locked."
        ReviewKind.NOT_OWNER -> "This belongs to somebody else."
        ReviewKind.GROUP_PARTED -> "Part of what was saved together was given up."
    }

    /** A value that shows the field's kind; null when the question is of a kind that nobody types or chooses. */
    private fun kindOf(review: Review): Value? =
        listOf(review.mine, review.theirs, review.base).find { it is Value.Choice || typedText(it) != null }

    private fun setMerging(id: ReviewId, merging: Merging) =
        answering.update { Answering(it.merging + (id to merging), it.notices - id) }

    private fun tell(id: ReviewId, words: String) = answering.update { it.copy(notices = it.notices + (id to words)) }
}

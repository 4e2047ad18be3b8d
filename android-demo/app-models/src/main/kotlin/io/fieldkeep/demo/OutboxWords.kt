package io.fieldkeep.demo

import io.fieldkeep.ChangeKind
import io.fieldkeep.LaneReason
import io.fieldkeep.SyncAnswer
import io.fieldkeep.SyncOutcome
import io.fieldkeep.SyncReport
import io.fieldkeep.WhyWaiting

/** What an operation does. */
internal fun wordsFor(kind: ChangeKind, recordType: String, fields: List<String>): String = when (kind) {
    ChangeKind.CREATE -> "New ${fieldLabel(recordType).lowercase()}"
    ChangeKind.PATCH -> "Change of ${fields.joinToString(" and ") { fieldLabel(it).lowercase() }}"
    ChangeKind.ARCHIVE -> "Archive"
    ChangeKind.REOPEN -> "Reopen"
    ChangeKind.SIGNOFF -> "Sign-off"
}

/** Why something waits, as a label. [other] is what it waits for, where that is another item or record. */
internal fun wordsFor(why: WhyWaiting, other: String?): String = when (why) {
    is WhyWaiting.Ready -> "Goes out with the next step"
    is WhyWaiting.InFlight -> "On its way"
    is WhyWaiting.BehindShipment -> "After the answer to an earlier change"
    is WhyWaiting.BehindEarlier -> "After an earlier change: ${other.orEmpty()}"
    is WhyWaiting.BehindBarrier -> "After an earlier step: ${other.orEmpty()}"
    is WhyWaiting.Review -> "Needs your review"
    is WhyWaiting.ForParent -> "After what it belongs to: ${other.orEmpty()}"
    is WhyWaiting.Group -> "Together with: ${other.orEmpty()}"
    is WhyWaiting.Bounced -> "Others keep changing this"
    is WhyWaiting.Later -> "The server asked for it later"
    is WhyWaiting.Lane -> wordsFor(why.reason)
    is WhyWaiting.Paused -> "Paused"
    is WhyWaiting.NeedsUpdate -> UPDATE
    is WhyWaiting.Offline -> "No connection"
    is WhyWaiting.SignIn -> "Sign in to send it"
    is WhyWaiting.WrongUser -> "Somebody else is signed in"
}

private fun wordsFor(reason: LaneReason): String = when (reason) {
    LaneReason.UNREACHABLE -> "The server could not be reached"
    LaneReason.SERVER_TROUBLE -> "The server has a problem"
    LaneReason.SERVER_BUSY -> "The server is busy"
    LaneReason.UNREADABLE -> "The answer could not be read"
    LaneReason.PORTAL -> "This network wants you to log in"
    LaneReason.CLOCK_WRONG -> "The clock of this device is wrong"
    LaneReason.SIGN_IN -> "Sign in to send it"
    LaneReason.WRONG_USER -> "Somebody else is signed in"
    LaneReason.APP_TOO_OLD -> UPDATE
    LaneReason.REGAINED -> "The connection has just come back"
}

/** When an item is tried again, corrected device time in milliseconds; null when that is not a question of time. */
internal fun dueMs(why: WhyWaiting): Long? = when (why) {
    is WhyWaiting.Bounced -> why.dueMs
    is WhyWaiting.Later -> why.dueMs
    is WhyWaiting.Lane -> why.dueMs
    else -> null
}

/** What "Sync now" achieved. */
internal fun wordsFor(report: SyncReport): String {
    val sent = report.items.count { it.answer == SyncAnswer.APPLIED }
    val refused = report.items.count { it.answer == SyncAnswer.REFUSED }
    val parts = listOfNotNull(
        counted(sent, "change sent", "changes sent"),
        counted(refused, "not taken", "not taken"),
        counted(report.waiting.toInt(), "still waits", "still wait"),
        counted(report.reviews.toInt(), "needs your review", "need your review"),
    )
    return (listOf(wordsFor(report.outcome)) + parts.joinToString(", ", postfix = ".").takeIf { parts.isNotEmpty() })
        .filterNotNull().joinToString(" ")
}

private fun wordsFor(outcome: SyncOutcome): String = when (outcome) {
    is SyncOutcome.Done -> "Done."
    is SyncOutcome.Offline -> "There is no connection."
    is SyncOutcome.SignIn -> "Sign in first, in the settings."
    is SyncOutcome.WrongUser -> "Somebody else is signed in."
    is SyncOutcome.ServerAskedToWait -> "The server asked to wait ${inSeconds(outcome.waitMs)}."
    is SyncOutcome.Failed -> "It did not work. It is tried again in ${inSeconds(outcome.waitMs)}."
    is SyncOutcome.OutOfTime -> "There was not enough time for everything."
}

private fun inSeconds(ms: Long): String {
    val seconds = (ms + MS_OF_A_SECOND - 1) / MS_OF_A_SECOND
    return if (seconds == 1L) "1 second" else "$seconds seconds"
}

private fun counted(count: Int, one: String, many: String): String? = when (count) {
    0 -> null
    1 -> "1 $one"
    else -> "$count $many"
}

private const val UPDATE = "Update this app to send it"
private const val MS_OF_A_SECOND = 1_000L

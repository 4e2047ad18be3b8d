package io.fieldkeep.demo

import io.fieldkeep.KeepException

/** What a person can do about a failure. What is no refusal is a fault of the app, and is said, too. */
fun wordsFor(failure: Throwable): String = when (failure) {
    is KeepException -> wordsFor(failure)
    else -> "Something went wrong: $failure"
}

/** What a person can do about a refusal. */
fun wordsFor(refusal: KeepException): String = when (refusal) {
    is KeepException.Invalid -> refusal.problems.joinToString(" ") { "${it.message.trimEnd('.')}." }
    is KeepException.NotFound -> "This is not on this device any more."
    is KeepException.NotEditable -> "This cannot be changed any more."
    is KeepException.BadStamp -> "This has changed meanwhile. Look at it again."
    is KeepException.Merged -> "This was merged into another record."
    is KeepException.FormTokenReused -> "This was saved already. Open the form again to change more."
    is KeepException.Moved -> "The other side has changed again. Look at both once more."
    is KeepException.PlanChanged -> "Something else would be given up by now. Look at it again."
    is KeepException.ReviewClosed -> "This question is answered already."
    is KeepException.Full -> "There is no space left on this device. Free some and try again."
    is KeepException.Suspended, is KeepException.Closed -> "The app is resting. Try again."
    is KeepException.Unavailable -> "The files cannot be read now. Try again later."
    is KeepException.Damaged -> "The files on this device are damaged. Close this app and start it again."
    is KeepException.BadRequest -> "This cannot be done: ${refusal.words}"
    is KeepException.Internal -> "Something went wrong: ${refusal.words}"
}

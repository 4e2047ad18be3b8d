package io.fieldkeep.demo.desktop

import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import io.fieldkeep.demo.Place
import kotlin.test.Test
import kotlin.test.assertEquals

@OptIn(ExperimentalTestApi::class)
class ReviewTest {
    @Test
    fun `a conflict shows both sides, and mine is sent`() = withHands {
        haveAConflict()
        see("office changed Status. Review before sending again.")
        tapIcon("Reviews")
        see("Status was changed here and in the office.")
        for (words in listOf(
            "Yours",
            "In progress",
            "Theirs",
            "office",
            "Waiting for approval",
            "Before",
            "Assigned",
        )) {
            see(words)
        }
        tap("Use mine")
        see("Nothing needs your review.")
        until("mine is on the server") { member(site.record(site.jobs[0]), "status") == "in_progress" }
    }

    @Test
    fun `theirs stands when the person says so`() = withHands {
        haveAConflict()
        tapIcon("Reviews")
        tap("Use theirs")
        see("Nothing needs your review.")
        tapIcon("Back")
        seeJob(site.title(site.jobs[0]), "Waiting for approval")
        seeJob(site.title(site.jobs[0]), "Synced at")
        assertEquals("waiting_for_approval", member(site.record(site.jobs[0]), "status"))
    }

    @Test
    fun `a third value is chosen and sent`() = withHands {
        haveAConflict()
        tapIcon("Reviews")
        tap("Merge")
        tap("Complete")
        tap("Use this")
        see("Nothing needs your review.")
        until("the third value is on the server") { member(site.record(site.jobs[0]), "status") == "complete" }
    }

    @Test
    fun `texts are merged by hand`() = withHands {
        network("None")
        openForm(site.title(site.jobs[0]))
        type("description", "Mine")
        save()
        tapIcon("Back")
        site.set(site.jobs[0], """{"description":"Theirs"}""")
        network("Unmetered")
        tapIcon("Reviews")
        tap("Merge")
        type("merged", "Mine and theirs")
        tap("Use this")
        until("it is on the server") { member(site.record(site.jobs[0]), "description") == "Mine and theirs" }
    }

    @Test
    fun `an answer to what has moved is not taken, and the question is shown again`() = withHands {
        haveAConflict()
        tapIcon("Reviews")
        see("Waiting for approval")
        val model = (session.navigation.way.value.last() as Place.Reviews).model
        val asItWasShown = requireNotNull(model.rows.value).single()
        site.set(site.jobs[0], """{"status":"cancelled"}""")
        session.navigation.openOutbox()
        tap("Sync now")
        tapIcon("Back")
        see("Cancelled")
        // The tap of a hand that was quicker than the screen.
        model.mine(asItWasShown)
        awaiting(hasTestTag("notice") and hasText("The other side has changed again. Look at both once more."))
        tap("Use mine")
        see("Nothing needs your review.")
        until("mine is on the server") { member(site.record(site.jobs[0]), "status") == "in_progress" }
    }

    /** The same field is changed here without a network, and in the office. */
    private fun Hands.haveAConflict() {
        network("None")
        openForm(site.title(site.jobs[0]))
        tap("In progress")
        save()
        tapIcon("Back")
        site.set(site.jobs[0], """{"status":"waiting_for_approval"}""")
        network("Unmetered")
        see("Review before sending again.")
    }
}

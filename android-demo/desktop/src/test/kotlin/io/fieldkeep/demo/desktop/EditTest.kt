package io.fieldkeep.demo.desktop

import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isNotEnabled
import kotlinx.coroutines.runBlocking
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

@OptIn(ExperimentalTestApi::class)
class EditTest {
    @Test
    fun `an edit without a network waits, and is sent when there is one again`() = withHands {
        val title = site.title(site.jobs[0])
        network("None")
        openForm(title)
        tap("In progress")
        type("labor_hours", "1,5")
        save()
        see("1 change saved on this device. Waiting for a connection.")
        tapIcon("Back")
        seeJob(title, "Saved on this device. Waiting for a connection.")
        assertEquals("assigned", member(site.record(site.jobs[0]), "status"))
        network("Unmetered")
        seeJob(title, "Synced at")
        assertEquals("1.5", member(site.record(site.jobs[0]), "labor_hours"))
        assertEquals("in_progress", member(site.record(site.jobs[0]), "status"))
    }

    @Test
    fun `a double tap on Save is one operation`() = withHands {
        network("None")
        openForm(site.title(site.jobs[0]))
        type("labor_hours", "2")
        tapTwice("Save")
        gone("Edit job")
        tapIcon("Back")
        see("1 change saved on this device. Waiting for a connection.")
        assertEquals(1, runBlocking { session.keep.outbox() }.size)
    }

    @Test
    fun `a double tap on Add note is one note`() = withHands {
        tap(site.title(site.jobs[0]))
        scrollTo(hasText("New note"))
        type("note", "Seal replaced")
        scrollTo(hasText("Add note"))
        tapTwice("Add note")
        until("the note is on the server") { site.notes("Seal replaced") > 0 }
        until("nothing waits") { runBlocking { session.keep.outbox() }.isEmpty() }
        assertEquals(1, site.notes("Seal replaced"))
    }

    @Test
    fun `what is no number is said beside the field, and nothing is saved`() = withHands {
        openForm(site.title(site.jobs[0]))
        type("labor_hours", "many")
        tap("Save")
        see("Labor hours are a number, such as 1.5.")
        assertEquals(emptyList(), runBlocking { session.keep.outbox() })
    }

    @Test
    fun `while the form is saved its fields take no input`() = withHands {
        openForm(site.title(site.jobs[0]))
        type("description", "All there")
        held {
            tap("Save")
            for (field in listOf("description", "labor_hours", "close_date")) {
                awaiting(hasTestTag(field) and isNotEnabled())
            }
            for (words in listOf("In progress", "Save", "Discard")) awaiting(hasText(words) and isNotEnabled())
        }
        gone("Edit job")
        until("it is on the server") { member(site.record(site.jobs[0]), "description") == "All there" }
    }

    @Test
    fun `a note outlives the screen on which it was added, and a failure is told on the next one`() = withHands {
        tap(site.title(site.jobs[0]))
        scrollTo(hasText("New note"))
        type("note", "Seal replaced")
        scrollTo(hasText("Add note"))
        held {
            session.inOrder.post { error("a fault of the app") }
            tap("Add note")
            tapIcon("Back")
        }
        see("Something went wrong")
        tap("OK")
        until("the note is on the server") { site.notes("Seal replaced") == 1 }
    }

    @Test
    fun `a draft survives that the app is closed, and Save removes it`() = withHands {
        val title = site.title(site.jobs[0])
        network("None")
        openForm(title)
        type("description", "Half a sentence")
        see("Draft kept")
        restart()
        openForm(title)
        see("Half a sentence")
        see("Draft kept")
        tap("Save")
        until("the draft is gone") { runBlocking { session.keep.draft("job/${idOf(site.jobs[0])}") } == null }
        assertNull(runBlocking { session.keep.draft("job/${idOf(site.jobs[0])}") })
    }

    @Test
    fun `a discarded draft is gone`() = withHands {
        val title = site.title(site.jobs[0])
        openForm(title)
        type("description", "Half a sentence")
        tap("Discard")
        tap("Edit")
        see(member(site.record(site.jobs[0]), "description").take(40))
        assertNull(runBlocking { session.keep.draft("job/${idOf(site.jobs[0])}") })
    }

    @Test
    fun `what was typed stays when the screen is dropped and drawn anew`() = withHands {
        openForm(site.title(site.jobs[0]))
        type("description", "Half a sentence")
        isDrawn = false
        gone("Edit job")
        isDrawn = true
        see("Half a sentence")
        see("Edit job")
    }
}

package io.fieldkeep.demo.desktop

import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import kotlin.test.Test
import kotlin.test.assertEquals

@OptIn(ExperimentalTestApi::class)
class SyncTest {
    @Test
    fun `the outbox says why something waits, and Sync now says what came of it`() = withHands {
        val title = site.title(site.jobs[0])
        site.refuse()
        openForm(title)
        type("labor_hours", "3")
        save()
        tapIcon("Back")
        tapIcon("Outbox")
        see(title)
        see("Change of labor hours")
        see("The server could not be reached")
        tap("Sync now")
        see("It did not work. It is tried again in")
        site.pass()
        tap("Sync now")
        see("Nothing waits on this device.")
        assertEquals("3", member(site.record(site.jobs[0]), "labor_hours"))
    }

    @Test
    fun `what fails says when it is tried again, and the words keep up with the time`() = withHands {
        val title = site.title(site.jobs[0])
        site.refuse()
        openForm(title)
        type("labor_hours", "3")
        save()
        tapIcon("Back")
        seeJob(title, "Saved on this device. Sync failed, retrying in 2 seconds.")
        seeJob(title, "Saved on this device. Sync failed, retrying in 1 second.")
        site.pass()
        seeJob(title, "Synced at")
    }

    @Test
    fun `the network of the settings changes the words of the whole device`() = withHands {
        val headline = hasTestTag("headline")
        network("None")
        openForm(site.title(site.jobs[0]))
        type("labor_hours", "3")
        save()
        tapIcon("Back")
        awaiting(headline and hasText("1 change saved on this device. Waiting for a connection."))
        network("Metered")
        awaiting(headline and hasText("Synced at", substring = true))
    }

    @Test
    fun `an archived job can be taken up again`() = withHands {
        tap(site.title(site.jobs[0]))
        tap("Archive")
        tapOn(hasTestTag("confirm"))
        until("it is archived") { member(site.record(site.jobs[0]), "life") == "archived" }
        tap("Reopen")
        tap("Edit")
        until("it is taken up again") { member(site.record(site.jobs[0]), "life") == "alive" }
    }

    @Test
    fun `what is paused is not sent until it goes on`() = withHands {
        val title = site.title(site.jobs[0])
        network("None")
        openForm(title)
        type("labor_hours", "3")
        save()
        tapIcon("Back")
        tapIcon("Outbox")
        see("No connection")
        tap("Pause")
        see("Paused")
        tapIcon("Back")
        network("Unmetered")
        seeJob(title, "Saved on this device. Paused.")
        tapIcon("Outbox")
        tap("Sync now")
        see("Done. 1 still waits.")
        tap("Go on")
        see("Nothing waits on this device.")
        assertEquals("3", member(site.record(site.jobs[0]), "labor_hours"))
    }

    @Test
    fun `the words of the device name all that is true at once`() = withHands {
        network("None")
        changeLaborHours(site.title(site.jobs[0]))
        tapIcon("Outbox")
        tap("Pause")
        see("Paused")
        tapIcon("Back")
        changeLaborHours(site.title(site.jobs[1]))
        val offline = hasText("1 change saved on this device. Waiting for a connection.")
        awaiting(hasTestTag("headline") and offline and hasText("1 change saved on this device. Paused."))
    }

    @Test
    fun `what waits is exported to a file`() = withHands {
        network("None")
        changeLaborHours(site.title(site.jobs[0]))
        tapIcon("Outbox")
        tap("Export")
        see("1 change is written to ")
        tap("OK")
        gone("is written to")
        val file = requireNotNull(session.exports.listFiles()).single()
        assertEquals("labor_hours", member(file.readLines().last(), "field"))
        see("Change of labor hours")
    }

    @Test
    fun `what is given up is named first, and never arrives`() = withHands {
        val title = site.title(site.jobs[0])
        network("None")
        tap(title)
        scrollTo(hasText("New note"))
        type("note", "Never mind")
        scrollTo(hasText("Add note"))
        tap("Add note")
        see("1 change saved on this device. Waiting for a connection.")
        tapIcon("Back")
        tapIcon("Outbox")
        tap("Give up")
        see("Note for $title: New note")
        see("Will be gone from this device")
        tapOn(hasTestTag("give_up"))
        see("Nothing waits on this device.")
        tap("Sync now")
        see("There is no connection.")
        tapIcon("Back")
        network("Unmetered")
        seeJob(title, "Synced at")
        assertEquals(0, site.notes("Never mind"))
    }

    @Test
    fun `a job is signed off on the server`() = withHands {
        tap(site.title(site.jobs[0]))
        tap("Sign off")
        tapOn(hasTestTag("confirm"))
        until("the server has it") { "(signoff)" in site.record(site.jobs[0]) }
        see("Synced at")
    }

    @Test
    fun `after a sleep the screen shows what has happened since`() = withHands {
        val title = site.title(site.jobs[0])
        val sleeping = app.sleep()
        until("it sleeps") { sleeping.isCompleted }
        site.set(site.jobs[0], """{"status":"in_progress"}""")
        app.wake()
        seeJob(title, "In progress")
    }

    @Test
    fun `dark theme and sign-in survive a restart`() = withHands {
        tapIcon("Settings")
        tapOn(hasTestTag("dark_theme"))
        until("it is dark") { session.darkTheme.value }
        restart()
        assertEquals(true, session.darkTheme.value)
        seeJob(site.title(site.jobs[0]), "Synced at")
    }

    @Test
    fun `damaged files are named, and starting again loads everything`() = withHands {
        val title = site.title(site.jobs[0])
        restartDamaged()
        see("Work that was not sent is still in the damaged file.")
        see("fieldkeep.db.damaged-1")
        tap("Start again")
        seeJob(title, "Synced at")
    }

    private fun Hands.changeLaborHours(title: String) {
        openForm(title)
        type("labor_hours", "3")
        save()
        tapIcon("Back")
    }
}

package io.fieldkeep.demo

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.KeepException
import io.fieldkeep.NetworkKind
import io.fieldkeep.Severity
import io.fieldkeep.demo.model.Note
import io.fieldkeep.find
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertSame

class ScreensTest {
    @Test
    fun `the list shows each job with its customer and its sentence`() = Desk.at {
        val list = session.navigation.way.value.single().model as JobListModel
        // The work order is behind its customer, which alone waits for a connection.
        val headline = "1 change saved on this device. Waiting for a connection."
        val shown = list.state.first { it.jobs?.size == 1 && it.headline?.text == headline }
        val row = requireNotNull(shown.jobs).single()
        assertEquals(listOf("Pump", "Hansa", "Assigned"), listOf(row.title, row.customer, row.status))
        val line = "Saved on this device. Waiting for Customer \"Hansa\" to sync first."
        assertEquals(StatusLine(line, Severity.QUIET), row.line)
    }

    @Test
    fun `two taps on Add are one note, and the next note is another one`() = Desk.at {
        session.navigation.openJob(job)
        val notes = (session.navigation.way.value.last().model as JobModel).noteForm
        notes.write("Seal replaced")
        notes.add()
        notes.add()
        notes.state.first { it.text.isEmpty() }
        notes.write("Seal replaced")
        notes.add()
        notes.state.first { it.text.isEmpty() }
        val kept = session.keep.find(Note.list(Note.Columns.workOrder equalTo job)).models
        assertEquals(2, kept.size)
    }

    @Test
    fun `a part without a number says so`() = Desk.at {
        session.navigation.openJob(job)
        val parts = (session.navigation.way.value.last().model as JobModel).partForm
        parts.name("Seal")
        parts.quantity("some")
        parts.add()
        assertEquals("Quantity is a number, such as 2 or 1.5.", parts.state.value.problem)
        parts.quantity("1e2000000000")
        parts.add()
        assertEquals("Quantity is a number, such as 2 or 1.5.", parts.state.value.problem)
    }

    @Test
    fun `the outbox names what waits for what`() = Desk.at {
        session.navigation.openOutbox()
        val outbox = session.navigation.way.value.last().model as OutboxModel
        val (customer, order) = outbox.rows.first { it?.size == 2 }!!
        assertEquals("New customer", customer.what)
        assertEquals("Pump", customer.blocks)
        assertEquals("After what it belongs to: Hansa", order.why)
        outbox.syncNow()
        val report = outbox.sync.first { it.report != null }.report
        assertEquals("There is no connection. 2 still wait.", report)
    }

    @Test
    fun `words that time makes untrue are said again`() = Desk.at {
        val list = session.navigation.way.value.single().model as JobListModel
        session.setConditions(Conditions(NetworkKind.UNMETERED, Battery.OK))
        val first = list.state.first { "retrying in" in it.headline?.text.orEmpty() }.headline
        list.state.first { it.headline != first && "retrying" in it.headline?.text.orEmpty() }
    }

    @Test
    fun `a second tap opens no second place, and back ends on the list`() = Desk.at {
        val list = session.navigation.way.value.single()
        session.navigation.openSettings()
        session.navigation.openSettings()
        assertEquals(2, session.navigation.way.value.size)
        session.navigation.back()
        assertFalse(session.navigation.back())
        assertSame(list, session.navigation.way.value.single())
    }

    @Test
    fun `asleep nothing can be saved, and afterwards everything goes on`() = Desk.at {
        val list = session.navigation.way.value.single().model as JobListModel
        app.sleep().join()
        session.navigation.openJob(job)
        val model = session.navigation.way.value.last().model as JobModel
        model.noteForm.write("Too early")
        model.noteForm.add()
        assertEquals("The app is resting. Try again.", model.noteForm.state.first { it.problem != null }.problem)
        app.wake().join()
        model.noteForm.add()
        model.state.first { it.notes.size == 1 }
        list.state.first { it.waiting == 3 }
    }

    @Test
    fun `a background job works while the app sleeps, and the app sleeps on`() = Desk.at {
        app.sleep().join()
        val waiting = app.inBackground { it.outbox().size }
        assertEquals(2, waiting)
        assertFailsWith<KeepException.Suspended> { session.keep.outbox() }
        app.wake().join()
        assertEquals(2, session.keep.outbox().size)
    }

    @Test
    fun `a background job that is cancelled anywhere lets the app sleep on`() = Desk.at {
        app.sleep().join()
        repeat(60) { number ->
            coroutineScope {
                val job = launch(Dispatchers.Default) { app.inBackground { it.outbox() } }
                repeat(number * number) { yield() }
                job.cancelAndJoin()
            }
        }
        assertFailsWith<KeepException.Suspended> { session.keep.outbox() }
    }

    @Test
    fun `a folder that was opened for nobody is not held open`() = Desk.at {
        app.close()
        val unseen = FieldServiceApp(app.folder, isShown = false)
        unseen.start().join()
        assertFailsWith<KeepException.Suspended> { unseen.session.keep.outbox() }
        assertEquals(2, unseen.inBackground { it.outbox().size })
        unseen.close()
    }

    @Test
    fun `what could not be opened is tried again when the app is shown the next time`() = Desk.at {
        app.close()
        val other = FieldServiceApp(app.folder, isShown = false)
        val (database, elsewhere) = File(app.folder, "work/fieldkeep.db") to File(app.folder, "elsewhere")
        check(database.renameTo(elsewhere) && database.mkdir())
        other.start().join()
        assertIs<AppState.Stuck>(other.state.value)
        check(database.delete() && elsewhere.renameTo(database))
        other.wake().join()
        assertEquals(2, other.session.keep.outbox().size)
        other.close()
    }

    @Test
    fun `a user who is not that of the folder is told so`() = Desk.at {
        app.close()
        val file = SettingsFile(File(app.folder, "settings"))
        file.save(file.load()!!.copy(user = "ben"))
        val other = FieldServiceApp(app.folder)
        other.start().join()
        assertIs<AppState.SetUp>(other.state.value)
        other.close()
    }

    private val FieldServiceApp.session get() = (state.value as AppState.Working).session
}

package io.fieldkeep.demo

import io.fieldkeep.Battery
import io.fieldkeep.ChangeKind
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind
import io.fieldkeep.SyncOutcome
import io.fieldkeep.archived
import io.fieldkeep.demo.model.Note
import io.fieldkeep.demo.model.Part
import io.fieldkeep.demo.model.edit
import io.fieldkeep.demo.model.get
import io.fieldkeep.find
import kotlinx.coroutines.flow.first
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull

/** What a person has asked for is done in the order of the taps, also when the screen is gone. */
class LeavingTest {
    @Test
    fun `what is added outlives the screen`() = Desk.at {
        val model = openJob()
        held {
            model.noteForm.write("Seal replaced")
            model.noteForm.add()
            model.partForm.name("Seal")
            model.partForm.add()
            session.navigation.back()
        }
        assertEquals(
            "Seal replaced",
            session.keep.find(Note.list(Note.Columns.workOrder equalTo job)).models.single().text,
        )
        assertEquals("Seal", session.keep.find(Part.list(Part.Columns.workOrder equalTo job)).models.single().name)
        assertEquals(emptyList(), session.messages.value)
    }

    @Test
    fun `each step outlives the screen and they come in the order of the taps`() = Desk.at {
        val model = openJob()
        held {
            model.signOff()
            model.archive()
            session.navigation.back()
        }
        assertEquals(
            listOf(ChangeKind.SIGNOFF, ChangeKind.ARCHIVE),
            session.keep.outbox().map { it.kind }.takeLast(2),
        )
        assertEquals(emptyList(), session.messages.value)
        assertNull(model.message.value)
    }

    @Test
    fun `two taps on a step are one step, and after a change the next tap is another one`() = Desk.at {
        val model = openJob()
        held {
            model.signOff()
            model.signOff()
        }
        assertEquals(1, signOffs())
        session.keep.edit(assertNotNull(session.keep.get(job))) { description = "Done twice" }
        val seen = assertNotNull(session.keep.get(job)).record.seen
        model.state.first { it.details?.job?.record?.seen == seen }
        held(model::signOff)
        assertEquals(2, signOffs())
        assertNull(model.message.value)
    }

    @Test
    fun `what fails behind a screen that was left is told wherever the person is`() = Desk.at {
        val model = openJob()
        val form = openForm()
        held {
            session.keep.commit(assertNotNull(session.keep.get(job)).record.archived())
            model.signOff()
            form.description("Too late")
            form.save()
            repeat(2) { session.navigation.back() }
        }
        assertEquals(listOf("Sign off", "Pump").map { "$it: This cannot be changed any more." }, session.messages.value)
        session.forgetMessage()
        assertEquals(1, session.messages.value.size)
        assertEquals("Too late", openForm().state.value.content?.description, "what was typed is still there")
    }

    @Test
    fun `what is no refusal is told, too`() = Desk.at {
        check(File(app.folder, "settings.new").mkdir())
        session.setDarkTheme(true)
        val words = session.messages.first { it.isNotEmpty() }.single()
        assertEquals(true, words.startsWith("Something went wrong: "), words)
    }

    @Test
    fun `the network that was chosen is told though the settings are left`() = Desk.at {
        session.navigation.openSettings()
        val settings = session.navigation.way.value.last().model as SettingsModel
        held {
            settings.network(NetworkKind.UNMETERED)
            session.navigation.back()
        }
        assertEquals(Conditions(NetworkKind.UNMETERED, Battery.OK), session.conditions.value)
        assertEquals(true, session.keep.syncNow().outcome is SyncOutcome.Failed, "it tried")
    }

    private suspend fun Desk.openJob(): JobModel {
        session.navigation.openJob(job)
        val model = session.navigation.way.value.last().model as JobModel
        model.state.first { it.details != null }
        return model
    }

    private suspend fun Desk.signOffs() = session.keep.outbox().count { it.kind == ChangeKind.SIGNOFF }
}

package io.fieldkeep.demo

import io.fieldkeep.ChangeKind
import io.fieldkeep.archived
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.model.get
import kotlinx.coroutines.flow.first
import java.math.BigDecimal
import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull

class JobFormModelTest {
    @Test
    fun `two saves of one form are one operation, and leave the form once`() = Desk.at {
        session.navigation.openJob(job)
        val form = openForm()
        form.laborHours("1,5")
        form.closeDate(LocalDate.of(2026, 3, 4))
        form.save()
        form.save()
        session.navigation.way.first { way -> way.none { it.model === form } }
        session.inOrder.settle()
        assertEquals(1, session.keep.outbox().count { it.kind == ChangeKind.PATCH })
        assertEquals(2, session.navigation.way.value.size)
        val saved = assertNotNull(session.keep.get(job))
        assertEquals(BigDecimal("1.5"), saved.laborHours)
        assertEquals(LocalDate.of(2026, 3, 4), saved.closeDate)
    }

    @Test
    fun `a draft is kept letter by letter, also when the form is left at once`() = Desk.at {
        val form = openForm()
        for (length in 1..SENTENCE.length) form.description(SENTENCE.take(length))
        session.navigation.back()
        assertEquals(SENTENCE, openForm().state.value.content?.description)
    }

    @Test
    fun `a draft survives a restart with the sight and the token it began with`() = Desk.at {
        val form = openForm()
        form.status(WorkOrder.Status.Complete)
        session.inOrder.settle()
        val before = assertNotNull(session.keep.draft("job/$job"))
        restart()
        val again = openForm()
        assertEquals(WorkOrder.Status.Complete, again.state.value.content?.status)
        again.description(SENTENCE)
        session.inOrder.settle()
        val after = assertNotNull(session.keep.draft("job/$job"))
        assertEquals(before.seen, after.seen)
        assertEquals(JobFormContent.tokenIn(before.fields), JobFormContent.tokenIn(after.fields))
    }

    @Test
    fun `a save removes the draft`() = Desk.at {
        val form = openForm()
        form.description(SENTENCE)
        form.save()
        session.navigation.way.first { way -> way.none { it.model === form } }
        assertNull(session.keep.draft("job/$job"))
    }

    @Test
    fun `a discarded draft does not come back with a letter that was on its way`() = Desk.at {
        val form = openForm()
        form.description("a")
        form.discard()
        form.description("ab")
        session.inOrder.settle()
        assertNull(session.keep.draft("job/$job"))
    }

    @Test
    fun `what does not fit is said beside its field`() = Desk.at {
        val form = openForm()
        form.laborHours("many")
        form.save()
        assertEquals("Labor hours are a number, such as 1.5.", form.state.value.problems["labor_hours"])
        form.laborHours("1")
        assertEquals(emptyMap(), form.state.value.problems)
    }

    @Test
    fun `a number that nobody can write out is said beside its field`() = Desk.at {
        val form = openForm()
        for (hours in listOf("1e2000000000", "1e-2000000000", "9".repeat(100))) {
            form.laborHours(hours)
            form.save()
            form.state.first { "labor_hours" in it.problems }
            assertEquals(false, form.state.value.isSaving, "it takes input again")
        }
    }

    @Test
    fun `while it is saved it takes no input, and what was typed before is all there`() = Desk.at {
        val form = openForm()
        held {
            form.description(SENTENCE)
            form.save()
            form.description("Typed too late")
            form.status(WorkOrder.Status.Complete)
            form.discard()
            assertEquals(true to SENTENCE, form.state.value.run { isSaving to content?.description })
        }
        val saved = assertNotNull(session.keep.get(job))
        assertEquals(listOf(SENTENCE, WorkOrder.Status.Assigned), listOf(saved.description, saved.status))
        assertNull(session.keep.draft("job/$job"))
    }

    @Test
    fun `an archived job cannot be saved, and the form says so`() = Desk.at {
        val form = openForm()
        val shown = assertNotNull(session.keep.get(job))
        session.keep.commit(shown.record.archived())
        form.description(SENTENCE)
        form.save()
        val problem = form.state.first { it.problems.isNotEmpty() }.problems.getValue("")
        assertEquals("This cannot be changed any more.", problem)
        assertEquals(SENTENCE, form.state.value.content?.description)
        form.description("It takes input again")
        session.inOrder.settle()
        assertEquals("It takes input again", openForm().state.value.content?.description)
    }

    private companion object {
        const val SENTENCE = "The valve = old & \"stuck\".\nÜber Nacht: 2 × geölt"
    }
}

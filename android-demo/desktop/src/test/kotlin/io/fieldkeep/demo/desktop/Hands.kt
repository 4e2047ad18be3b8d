package io.fieldkeep.demo.desktop

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.v2.runComposeUiTest
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.Session
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.ui.FieldServiceUi
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.runBlocking
import java.io.File
import java.nio.file.Files

/** A phone with the real app on it, and a person whose hands know nothing but the screen. */
@OptIn(ExperimentalTestApi::class)
class Hands(private val screen: ComposeUiTest, val site: DemoSite, private val folder: File) {
    /** Changes with every start of the app. */
    var app by mutableStateOf(FieldServiceApp(folder))
        private set

    /** Whether the system draws the app at all. */
    var isDrawn by mutableStateOf(true)

    val session: Session get() = app.session()

    fun tap(words: String) = tapOn(hasText(words) and hasClickAction())

    fun tapIcon(name: String) = tapOn(hasContentDescription(name, substring = true))

    fun tapOn(what: SemanticsMatcher) {
        awaiting(what)
        screen.onAllNodes(what).onFirst().performClick()
    }

    /** Two taps before the screen has had time to change. */
    fun tapTwice(words: String) {
        val button = hasText(words) and hasClickAction() and isEnabled()
        awaiting(button)
        screen.onNode(button).performTouchInput {
            down(center)
            up()
            down(center)
            up()
        }
    }

    fun type(tag: String, text: String) {
        awaiting(hasTestTag(tag))
        screen.onNode(hasTestTag(tag)).performTextReplacement(text)
    }

    fun scrollTo(what: SemanticsMatcher) {
        awaiting(what)
        screen.onNode(what).performScrollTo()
    }

    /** Waits until something is on the screen. */
    fun awaiting(what: SemanticsMatcher) = screen.waitUntil(what.description, PATIENCE_MS) {
        screen.onAllNodes(what).fetchSemanticsNodes().isNotEmpty()
    }

    fun see(words: String) = awaiting(hasText(words, substring = true))

    /** Waits until nothing on the screen says so any more. */
    fun gone(words: String) = screen.waitUntil("no $words", PATIENCE_MS) {
        screen.onAllNodes(hasText(words, substring = true)).fetchSemanticsNodes().isEmpty()
    }

    /** A job in the list, with these words on its card. */
    fun seeJob(title: String, words: String) = awaiting(hasText(title) and hasText(words, substring = true))

    /** Waits for something beyond the screen, such as an arrival on the server. */
    fun until(what: String, holds: () -> Boolean) = screen.waitUntil(what, PATIENCE_MS) { holds() }

    /** Sets the network in the settings, from the job list and back to it. */
    fun network(choice: String) {
        tapIcon("Settings")
        tap(choice)
        until("the network is $choice") { session.conditions.value.network.name.equals(choice, ignoreCase = true) }
        tapIcon("Back")
    }

    /** Saves the form and waits until it is left. */
    fun save() {
        tap("Save")
        gone("Edit job")
    }

    /** Does something while all that the app saves is held up. */
    fun held(what: () -> Unit) {
        val release = CompletableDeferred<Unit>()
        session.inOrder.post { release.await() }
        try {
            what()
        } finally {
            release.complete(Unit)
        }
    }

    /** From the job list to the form of a job. */
    fun openForm(title: String) {
        tapOn(hasText(title) and hasClickAction())
        tap("Edit")
        awaiting(hasTestTag("labor_hours"))
    }

    fun idOf(job: String): WorkOrder.Id = runBlocking {
        WorkOrder.Id(requireNotNull(session.keep.getByServerId(WorkOrder.TYPE, job)).id)
    }

    /** The app ends and starts again over the same folder. */
    fun restart() {
        runBlocking { app.close() }
        app = FieldServiceApp(folder).also { it.start() }
        until("the app is open") { runCatching { session }.isSuccess }
    }

    /** The same, but its files have been damaged meanwhile. */
    fun restartDamaged() {
        runBlocking { app.close() }
        File(folder, "work/fieldkeep.db").writeText("x".repeat(5_000))
        app = FieldServiceApp(folder).also { it.start() }
    }

    companion object {
        const val PATIENCE_MS = 30_000L
    }
}

/** Runs a person's day over a server with jobs; the job list is on the screen and loaded. */
@OptIn(ExperimentalTestApi::class)
fun withHands(day: Hands.() -> Unit) {
    val folder = Files.createTempDirectory("fieldkeep-demo-phone").toFile()
    DemoSite().use { site ->
        runComposeUiTest {
            val hands = Hands(this, site, folder)
            setContent { if (hands.isDrawn) FieldServiceUi(hands.app) }
            try {
                hands.app.start()
                hands.type("server", site.url)
                hands.type("user", "ana")
                hands.type("token", site.token("ana"))
                hands.tap("Start")
                hands.seeJob(site.title(site.jobs[0]), "Synced at")
                hands.day()
            } finally {
                runBlocking { hands.app.close() }
            }
        }
    }
    folder.deleteRecursively()
}

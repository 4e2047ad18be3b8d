package io.fieldkeep.demo

import io.fieldkeep.Awake
import io.fieldkeep.Fieldkeep
import io.fieldkeep.KeepException
import io.fieldkeep.OpenException
import io.fieldkeep.Options
import io.fieldkeep.demo.model.Schema
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import java.io.File

/** How far the app is. */
sealed interface AppState {
    /** The folder is being opened. */
    data object Opening : AppState

    /** Nobody has said yet who works here; [problem] says why the last try failed. */
    data class SetUp(val problem: String? = null) : AppState

    /** The work is on the screen. */
    class Working(val session: Session) : AppState

    /** The folder could not be opened. */
    data class Stuck(val words: String) : AppState

    /** The files were damaged and are put aside in [keptAt]. The person says whether to start again without them. */
    data class Damaged(val keptAt: String) : AppState
}

/**
 * The app, from its start to its end. One for each process; it outlives every screen.
 *
 * @param folder settings and work of the user; exclude it from backups
 * @param exports where files for other people are put
 * @param isShown whether a screen is there from the start; else the files are open while [wake] or work asks for it
 */
class FieldServiceApp(
    val folder: File,
    private val reader: Reader = Reader(),
    private val exports: File = File(folder, "exports"),
    private var isShown: Boolean = true,
) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val file = SettingsFile(File(folder, "settings"))
    private val phase = MutableStateFlow<AppState>(AppState.Opening)

    /** One change at a time of the phase, and of who needs the files open. */
    private val changing = Mutex()
    private var isAtWork = false
    private val background = Awake({ workInBackground(true) }, { workInBackground(false) })

    val state: StateFlow<AppState> = phase

    /** Goes on with the user of the last time; asks who it is when there was none. */
    fun start() = scope.launch {
        changing.withLock {
            if (phase.value !is AppState.Working && phase.value !is AppState.Damaged) openAsBefore()
            settle()
        }
    }

    /** The person has read where the damaged files are: everything is loaded from the server again. */
    fun startAgain() = scope.launch {
        changing.withLock {
            if (phase.value !is AppState.Damaged) return@withLock
            openAsBefore()
            settle()
        }
    }

    /** The person said who works here, and against which server. */
    fun setUp(server: String, user: String, token: String) = scope.launch {
        changing.withLock {
            if (phase.value is AppState.Working) return@withLock
            if (server.isBlank() || user.isBlank()) {
                phase.value = AppState.SetUp("Name the server and the user.")
                return@withLock
            }
            val settings = AppSettings(server.trim(), user.trim(), token.trim())
            open(settings)
            (phase.value as? AppState.Working)?.session?.store()
        }
    }

    /** The system takes the app off the screen. Files are let go of, unless something works in the background. */
    fun sleep() = scope.launch {
        changing.withLock {
            isShown = false
            settle()
        }
    }

    /** The app is on the screen. What could not be opened the last time, as while the phone was locked, is tried again. */
    fun wake() = scope.launch {
        changing.withLock {
            isShown = true
            if (phase.value is AppState.Stuck) openAsBefore()
            settle()
        }
    }

    /** Works with the files open, also while the app is not shown; null when nobody has set the app up. */
    suspend fun <T> inBackground(work: suspend (Fieldkeep) -> T): T? = background.during {
        start().join()
        (phase.value as? AppState.Working)?.let { work(it.session.keep) }
    }

    /** Ends for good; a second time it does nothing. What was saved or drafted is there at the next start. */
    suspend fun close() {
        changing.withLock {
            (phase.value as? AppState.Working)?.session?.run {
                inOrder.settle()
                keep.close()
            }
            phase.value = AppState.Opening
        }
        scope.coroutineContext.job.cancelAndJoin()
    }

    private suspend fun workInBackground(works: Boolean) = changing.withLock {
        isAtWork = works
        try {
            settle()
        } catch (failure: KeepException) {
            // [Awake] counts nobody then.
            isAtWork = false
            throw failure
        }
    }

    private suspend fun settle() {
        val session = (phase.value as? AppState.Working)?.session ?: return
        try {
            if (isShown || isAtWork) session.wake() else session.sleep(SLEEP_WITHIN_MS)
        } catch (failure: OpenException) {
            session.keep.close()
            phase.value = failed(failure)
        }
    }

    private suspend fun openAsBefore() {
        val settings = withContext(Dispatchers.IO) { file.load() }
        if (settings == null) phase.value = AppState.SetUp() else open(settings)
    }

    private suspend fun open(settings: AppSettings) {
        val signedIn = SignedIn(settings.token)
        val data = File(folder, "work").path
        phase.value = try {
            val keep = Fieldkeep.open(Options(data, settings.user, Schema.json, settings.server, signedIn))
            AppState.Working(Session(keep, reader, settings, exports, scope, signedIn, file::save))
        } catch (failure: OpenException) {
            failed(failure)
        }
    }

    private fun failed(failure: OpenException): AppState = when (failure) {
        is OpenException.SetUp -> AppState.SetUp("This does not work: ${failure.words}")

        is OpenException.WrongUser -> AppState.SetUp("Somebody else works on this device.")

        is OpenException.Closed -> AppState.Stuck("The app was closed. Start it again.")

        is OpenException.InUse -> AppState.Stuck("The app is open a second time. Close the other one.")

        is OpenException.Newer, is OpenException.SchemaOlder ->
            AppState.Stuck("A newer version of this app was here. Update the app.")

        is OpenException.Full -> AppState.Stuck("There is no space left on this device. Free some and start again.")

        is OpenException.Unavailable -> AppState.Stuck("The files cannot be read now. Try again later.")

        is OpenException.Damaged -> failure.keptAt?.let(AppState::Damaged)
            ?: AppState.Stuck("The files on this device are damaged. Ask for help, and do not remove the app.")
    }

    private companion object {
        /** A few seconds after it is off the screen, Android may freeze the process. */
        const val SLEEP_WITHIN_MS = 3_000L
    }
}

package io.fieldkeep.demo

import io.fieldkeep.Fieldkeep
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
}

/** The app, from its start to its end. One for each process; it outlives every screen. */
class FieldServiceApp(val folder: File, private val reader: Reader = Reader()) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val file = SettingsFile(File(folder, "settings"))
    private val phase = MutableStateFlow<AppState>(AppState.Opening)

    /** One change of phase at a time. */
    private val changing = Mutex()

    val state: StateFlow<AppState> = phase

    /** Goes on with the user of the last time; asks who it is when there was none. */
    fun start() = scope.launch {
        changing.withLock {
            if (phase.value is AppState.Working) return@withLock
            val settings = withContext(Dispatchers.IO) { file.load() }
            if (settings == null) phase.value = AppState.SetUp() else open(settings)
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
            if (phase.value is AppState.Working) withContext(Dispatchers.IO) { file.save(settings) }
        }
    }

    /** The system takes the app off the screen: lets go of all files within that time, milliseconds. */
    fun sleep(withinMs: Long = 3_000) = scope.launch {
        changing.withLock { (phase.value as? AppState.Working)?.session?.sleep(withinMs) }
    }

    /** The app is on the screen again. */
    fun wake() = scope.launch {
        changing.withLock { (phase.value as? AppState.Working)?.session?.wake() }
    }

    /** Ends for good. What was saved or drafted is there at the next start. */
    suspend fun close() {
        changing.withLock {
            (phase.value as? AppState.Working)?.session?.run {
                inOrder.post { }.await()
                keep.close()
            }
        }
        scope.coroutineContext.job.cancelAndJoin()
    }

    private suspend fun open(settings: AppSettings) {
        val signedIn = SignedIn(settings.token)
        val data = File(folder, "work").path
        phase.value = try {
            val keep = Fieldkeep.open(Options(data, settings.user, Schema.json, settings.server, signedIn))
            AppState.Working(Session(keep, reader, settings, scope, signedIn, file::save))
        } catch (failure: OpenException) {
            failed(failure)
        }
    }

    private fun failed(failure: OpenException): AppState = when (failure) {
        is OpenException.SetUp -> AppState.SetUp("This does not work: ${failure.words}")
        is OpenException.WrongUser -> AppState.SetUp("Somebody else works on this device.")
        is OpenException.InUse -> AppState.Stuck("The app is open a second time. Close the other one.")
        is OpenException.Newer, is OpenException.SchemaOlder ->
            AppState.Stuck("A newer version of this app was here. Update the app.")
        is OpenException.Full -> AppState.Stuck("There is no space left on this device. Free some and start again.")
        is OpenException.Unavailable -> AppState.Stuck("The files cannot be read now. Try again later.")
        is OpenException.Damaged ->
            AppState.Stuck("The files on this device are damaged. Ask for help, and do not remove the app.")
    }
}

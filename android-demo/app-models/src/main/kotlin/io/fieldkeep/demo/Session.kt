package io.fieldkeep.demo

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.Fieldkeep
import io.fieldkeep.KeepException
import io.fieldkeep.NetworkKind
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.update
import java.io.File

/** What every screen works with while a user's folder is open. */
class Session(
    val keep: Fieldkeep,
    val reader: Reader,
    val settings: AppSettings,
    /** Where files for other people are put. */
    val exports: File,
    val scope: CoroutineScope,
    private val signedIn: SignedIn,
    private val save: (AppSettings) -> Unit,
) {
    private val awake = MutableStateFlow(true)
    private val told = MutableStateFlow(Conditions(NetworkKind.UNMETERED, Battery.OK))
    private val dark = MutableStateFlow(settings.darkTheme)

    /** What Fieldkeep was told of network and battery; after a start it assumes the best. */
    val conditions: StateFlow<Conditions> = told

    val darkTheme: StateFlow<Boolean> = dark

    private val untold = MutableStateFlow(emptyList<String>())

    /** What went wrong when its screen was left already, the oldest first. Shown wherever the person is. */
    val messages: StateFlow<List<String>> = untold

    /** What must happen one after the other, and though its screen is left: reading, keeping and saving. */
    val inOrder = InOrder(scope, ::fail)

    /** Where the person is in the app. */
    val navigation = Navigation(this)

    /** Something that is watched while the app is awake. After a sleep it begins anew with the newest value. */
    @OptIn(ExperimentalCoroutinesApi::class)
    fun <T> live(watched: () -> Flow<T>): Flow<T> = awake.flatMapLatest { isAwake ->
        if (isAwake) watched().catch { if (!isClosedOnPurpose(it)) throw it } else emptyFlow()
    }

    /** Tells Fieldkeep what network and battery are like; while it sleeps, as soon as it is awake. */
    suspend fun setConditions(conditions: Conditions) {
        told.value = conditions
        try {
            keep.conditions(conditions)
        } catch (resting: KeepException) {
            // [wake] tells it.
            if (!isClosedOnPurpose(resting)) throw resting
        }
    }

    /** Light or dark, from now on and after the next start. */
    fun setDarkTheme(isDark: Boolean) {
        dark.value = isDark
        store()
    }

    /** A new token is there. */
    fun signIn(token: String) {
        signedIn.replace(token)
        keep.tokenChanged()
        store()
    }

    /** Something went wrong that no screen tells. */
    fun tell(words: String) = untold.update { it + words }

    /** The person has read the oldest message. */
    fun forgetMessage() = untold.update { it.drop(1) }

    /** Lets go of all files in time, so that the system may freeze the process. */
    suspend fun sleep(withinMs: Long) {
        if (!awake.value) return
        inOrder.settle()
        awake.value = false
        keep.suspendWithin(withinMs)
    }

    /**
     * Goes on after [sleep].
     *
     * @throws io.fieldkeep.OpenException the files cannot be opened again
     */
    suspend fun wake() {
        if (awake.value) return
        keep.resume()
        keep.conditions(told.value)
        awake.value = true
    }

    /** Keeps the settings for the next start. */
    fun store() {
        inOrder.post { save(settings.copy(token = signedIn.current()?.text.orEmpty(), darkTheme = dark.value)) }
    }

    /** Nobody foresaw it: for the person in words, for a developer with all there is. */
    private fun fail(failure: Throwable) {
        failure.printStackTrace()
        tell(wordsFor(failure))
    }

    /** The files are closed on purpose: no failure of a screen. */
    private fun isClosedOnPurpose(failure: Throwable) =
        failure is KeepException.Suspended || failure is KeepException.Closed
}

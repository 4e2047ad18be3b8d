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

/** What every screen works with while a user's folder is open. */
class Session(
    val keep: Fieldkeep,
    val reader: Reader,
    val settings: AppSettings,
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

    /** What must happen one after the other: reading, keeping and saving forms and settings. */
    val inOrder = InOrder(scope)

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
        } catch (_: KeepException.Suspended) {
            // [wake] tells it.
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

    /** Lets go of all files in time, so that the system may freeze the process. */
    suspend fun sleep(withinMs: Long) {
        if (!awake.value) return
        inOrder.post { }.await()
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

    private fun store() {
        inOrder.post { save(settings.copy(token = signedIn.current()?.text.orEmpty(), darkTheme = dark.value)) }
    }

    /** The files are closed on purpose: no failure of a screen. */
    private fun isClosedOnPurpose(failure: Throwable) =
        failure is KeepException.Suspended || failure is KeepException.Closed
}

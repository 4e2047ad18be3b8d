package io.fieldkeep.demo

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn

/** What the settings show. */
data class SettingsState(
    val server: String,
    val user: String,
    val device: String,
    val conditions: Conditions,
    val darkTheme: Boolean,
    /** What became of the last wish; null when there is nothing to tell. */
    val notice: String? = null,
)

/** Who works here, against which server, and what the network and the battery are like. */
class SettingsModel(session: Session) : ScreenModel(session) {
    private val notice = MutableStateFlow<String?>(null)

    val state: StateFlow<SettingsState> =
        combine(session.conditions, session.darkTheme, notice, ::assemble)
            .stateIn(scope, SharingStarted.Eagerly, assemble(session.conditions.value, session.darkTheme.value, null))

    fun network(network: NetworkKind) = tell(session.conditions.value.copy(network = network))

    fun battery(battery: Battery) = tell(session.conditions.value.copy(battery = battery))

    fun darkTheme(isDark: Boolean) = session.setDarkTheme(isDark)

    /** The person has a new token. */
    fun signIn(token: String) {
        if (token.isBlank()) return
        session.signIn(token.trim())
        notice.value = "Signed in."
    }

    private fun tell(conditions: Conditions) = save("Network and battery", { notice.value = it }) {
        session.setConditions(conditions)
        notice.value = null
    }

    private fun assemble(conditions: Conditions, isDark: Boolean, notice: String?) = SettingsState(
        server = session.settings.server,
        user = session.settings.user,
        device = session.keep.device,
        conditions = conditions,
        darkTheme = isDark,
        notice = notice,
    )
}

package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import io.fieldkeep.Battery
import io.fieldkeep.NetworkKind
import io.fieldkeep.demo.SettingsModel
import io.fieldkeep.demo.SettingsState

/** Who works here, and what Fieldkeep is told of network and battery. */
@Composable
fun SettingsScreen(model: SettingsModel, onBack: () -> Unit) {
    val state by model.state.collectAsState()
    Frame(title = "Settings", onBack = onBack) { inner ->
        Column(
            Modifier.padding(
                inner,
            ).verticalScroll(rememberScrollState()).padding(horizontal = Space.two).padding(bottom = Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.one),
        ) {
            Conditions(state, model)
            Look(state, model)
            Identity(state)
            SignIn(state, model)
        }
    }
}

@Composable
private fun Conditions(state: SettingsState, model: SettingsModel) {
    Heading("What this device tells")
    Sheet {
        Column {
            Text("Network", style = MaterialTheme.typography.labelLarge)
            Choices(NetworkKind.entries, state.conditions.network, ::networkLabel, { model.network(it) })
            Text("Battery", style = MaterialTheme.typography.labelLarge)
            Choices(Battery.entries, state.conditions.battery, ::batteryLabel, { model.battery(it) })
        }
        Text(
            "For trying things out: without a network nothing is sent, and the words say so.",
            style = MaterialTheme.typography.bodySmall,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
    }
}

private fun networkLabel(network: NetworkKind) = when (network) {
    NetworkKind.NONE -> "None"
    NetworkKind.METERED -> "Metered"
    NetworkKind.UNMETERED -> "Unmetered"
}

private fun batteryLabel(battery: Battery) = when (battery) {
    Battery.OK -> "OK"
    Battery.LOW -> "Low"
    Battery.SAVER -> "Saver"
}

@Composable
private fun Look(state: SettingsState, model: SettingsModel) {
    Heading("Look")
    Sheet {
        Row(verticalAlignment = Alignment.CenterVertically) {
            Text("Dark theme", Modifier.weight(1f))
            Switch(state.darkTheme, model::darkTheme, Modifier.testTag("dark_theme"))
        }
    }
}

@Composable
private fun Identity(state: SettingsState) {
    Heading("This device")
    Sheet {
        Labelled("User", state.user)
        Labelled("Server", state.server)
        Labelled("Device", state.device)
    }
}

@Composable
private fun SignIn(state: SettingsState, model: SettingsModel) {
    var token by remember { mutableStateOf("") }
    Heading("Sign in again")
    Sheet {
        TypedField(token, { token = it }, "Token")
        OutlinedButton(
            onClick = {
                model.signIn(token)
                token = ""
            },
            enabled = token.isNotBlank(),
        ) { Text("Sign in") }
        state.notice?.let { Text(it, style = MaterialTheme.typography.bodyMedium) }
    }
}

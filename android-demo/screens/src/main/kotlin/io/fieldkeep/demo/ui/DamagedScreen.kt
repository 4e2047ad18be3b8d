package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import io.fieldkeep.Severity
import io.fieldkeep.demo.StatusLine

/** The files were damaged: what became of them, what is in them, and how to go on. */
@Composable
fun DamagedScreen(keptAt: String, onStartAgain: () -> Unit) {
    Frame(title = "Damaged files", onBack = null) { inner ->
        Column(
            Modifier.padding(inner).verticalScroll(rememberScrollState()).padding(Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.two),
        ) {
            StatusText(
                StatusLine("The files on this device are damaged. Nothing was deleted.", Severity.BLOCKING),
                Modifier.fillMaxWidth(),
            )
            Text("Work that was not sent is still in the damaged file. Ask for help, and do not remove the app.")
            SelectionContainer { Labelled("The damaged file", keptAt) }
            Text(
                "Starting again loads everything from the server. The damaged file stays where it is.",
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
            Button(onClick = onStartAgain, Modifier.fillMaxWidth()) { Text("Start again") }
        }
    }
}

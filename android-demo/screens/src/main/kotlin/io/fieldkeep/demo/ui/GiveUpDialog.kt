package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.font.FontWeight
import io.fieldkeep.Severity
import io.fieldkeep.demo.GivingUp
import io.fieldkeep.demo.StatusLine

/** Names all that would go, before anything goes. */
@Composable
fun GiveUpDialog(plan: GivingUp, onKeep: () -> Unit, onGiveUp: () -> Unit) {
    AlertDialog(
        onDismissRequest = onKeep,
        title = { Text("Give this up?") },
        text = {
            Column(
                Modifier.verticalScroll(rememberScrollState()),
                verticalArrangement = Arrangement.spacedBy(Space.one),
            ) {
                if (plan.hasChanged) {
                    StatusText(StatusLine("Something has changed meanwhile. Look at it again.", Severity.BANNER))
                }
                Lines("Will not be sent", plan.items)
                Lines("Will be gone from this device", plan.records)
                if (plan.reviews > 0) Lines("Reviews that end", listOf("${plan.reviews}"))
                Lines("You will be asked about", plan.questions)
            }
        },
        confirmButton = { TextButton(onClick = onGiveUp, Modifier.testTag("give_up")) { Text("Give up") } },
        dismissButton = { TextButton(onClick = onKeep) { Text("Keep") } },
    )
}

@Composable
private fun Lines(title: String, lines: List<String>) {
    if (lines.isEmpty()) return
    Text(title, style = MaterialTheme.typography.labelLarge, fontWeight = FontWeight.Bold)
    lines.forEach { Text(it) }
}

package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.font.FontWeight
import io.fieldkeep.demo.ChildRow
import io.fieldkeep.demo.JobDetails
import io.fieldkeep.demo.JobModel
import io.fieldkeep.demo.JobState

/** One job with its notes, parts and visits. */
@Composable
fun JobScreen(model: JobModel, onBack: () -> Unit) {
    val state by model.state.collectAsState()
    val message by model.message.collectAsState()
    Frame(title = state.details?.number ?: "Job", onBack = onBack) { inner ->
        val details = state.details
        if (details == null) {
            if (state.isMissing) Nothing("This job is not on this device any more.", Modifier.padding(inner))
            return@Frame
        }
        Column(
            Modifier.padding(
                inner,
            ).verticalScroll(rememberScrollState()).padding(horizontal = Space.two).padding(bottom = Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.one),
        ) {
            Head(state, details, model)
            Facts(state, details)
            Children("Notes", state.notes, "No notes yet.") { if (details.isOpen) NoteEntry(model.noteForm) }
            Children("Parts", state.parts, "No parts yet.") { if (details.isOpen) PartEntry(model.partForm) }
            if (state.visits.isNotEmpty()) Children("Visits", state.visits, "") {}
        }
    }
    message?.let { Message(it, model::forgetMessage) }
}

@Composable
private fun Head(state: JobState, details: JobDetails, model: JobModel) {
    Sheet {
        Text(details.title, style = MaterialTheme.typography.titleLarge, fontWeight = FontWeight.SemiBold)
        Row(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
            StatusLabel(details.status)
            details.priority?.let { StatusLabel("$it priority") }
        }
        Text(details.owner, color = MaterialTheme.colorScheme.onSurfaceVariant)
        state.line?.let { StatusText(it, Modifier.fillMaxWidth().testTag("family")) }
        if (state.reviews > 0) {
            Button(onClick = model::openReviews, Modifier.fillMaxWidth()) { Text("Review") }
        }
        Steps(details, model)
    }
}

/** What can be done with the job as a whole. Steps that others wait behind are asked for twice. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Steps(details: JobDetails, model: JobModel) {
    var asked by rememberSaveable { mutableStateOf<String?>(null) }
    FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        if (details.isOpen) {
            Button(onClick = model::edit) { Text("Edit") }
            OutlinedButton(onClick = { asked = SIGN_OFF }) { Text(SIGN_OFF) }
            OutlinedButton(onClick = { asked = ARCHIVE }) { Text(ARCHIVE) }
        }
        if (details.isArchived) OutlinedButton(onClick = model::reopen) { Text("Reopen") }
    }
    when (asked) {
        SIGN_OFF -> Ask("Sign off this job?", "The work is finished and signed.", SIGN_OFF, {
            asked = null
        }, model::signOff)

        ARCHIVE -> Ask("Archive this job?", "It leaves the list and takes no more changes.", ARCHIVE, {
            asked = null
        }, model::archive)
    }
}

private const val SIGN_OFF = "Sign off"
private const val ARCHIVE = "Archive"

@Composable
private fun Ask(title: String, words: String, step: String, onClose: () -> Unit, onStep: () -> Unit) {
    AlertDialog(
        onDismissRequest = onClose,
        title = { Text(title) },
        text = { Text(words) },
        confirmButton = {
            TextButton(
                onClick = {
                    onStep()
                    onClose()
                },
                modifier = Modifier.testTag("confirm"),
            ) { Text(step) }
        },
        dismissButton = { TextButton(onClick = onClose) { Text("Cancel") } },
    )
}

@Composable
private fun Facts(state: JobState, details: JobDetails) {
    Sheet {
        state.customer?.let { customer ->
            Labelled("Customer", listOfNotNull(customer.name, customer.city).joinToString(", "))
            customer.phone?.let { Labelled("Phone", it) }
        }
        Row(horizontalArrangement = Arrangement.spacedBy(Space.two)) {
            Labelled("Due date", details.due ?: "None", Modifier.weight(1f))
            Labelled("Close date", details.closed ?: "None", Modifier.weight(1f))
        }
        Labelled("Labor hours", details.laborHours ?: "None")
        details.description?.let { Labelled("Description", it) }
    }
}

@Composable
private fun Children(title: String, rows: List<ChildRow>, none: String, entry: @Composable () -> Unit) {
    Heading(title)
    Sheet {
        if (rows.isEmpty()) Text(none, color = MaterialTheme.colorScheme.onSurfaceVariant)
        rows.forEach { row ->
            Column(Modifier.padding(bottom = Space.one), verticalArrangement = Arrangement.spacedBy(Space.half)) {
                Text(row.title, style = MaterialTheme.typography.bodyLarge)
                if (row.detail.isNotEmpty()) {
                    Text(
                        row.detail,
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
                StatusText(row.line)
            }
        }
        entry()
    }
}

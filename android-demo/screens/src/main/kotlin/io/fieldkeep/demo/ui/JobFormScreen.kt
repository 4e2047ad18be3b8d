package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.input.KeyboardType
import io.fieldkeep.demo.JobFormContent
import io.fieldkeep.demo.JobFormModel
import io.fieldkeep.demo.JobFormState
import io.fieldkeep.demo.model.WorkOrder

/** Where a job is edited. What is typed is kept at once, and sent only when it is saved. */
@Composable
fun JobFormScreen(model: JobFormModel) {
    val state by model.state.collectAsState()
    Frame(title = "Edit job", onBack = model::back, bottom = { Buttons(state, model) }) { inner ->
        val content = state.content
        if (content == null) {
            val why = if (state.isMissing) "This job is not on this device any more." else state.problems[""]
            why?.let { Nothing(it, Modifier.padding(inner)) }
            return@Frame
        }
        Column(
            Modifier.padding(
                inner,
            ).verticalScroll(rememberScrollState()).padding(horizontal = Space.two).padding(bottom = Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.two),
        ) {
            Text(state.title, style = MaterialTheme.typography.titleLarge, fontWeight = FontWeight.SemiBold)
            state.problems[""]?.let { Text(it, color = MaterialTheme.colorScheme.error) }
            Inputs(content, state.problems, !state.isSaving, model)
        }
    }
}

@Composable
private fun Inputs(content: JobFormContent, problems: Map<String, String>, isFree: Boolean, model: JobFormModel) {
    Column {
        FieldName(WorkOrder.Columns.status.name, "Status", problems)
        Choices(WorkOrder.Status.all, content.status, { it.label }, model::status, enabled = isFree)
    }
    TypedField(
        content.laborHours,
        model::laborHours,
        "Labor hours",
        Modifier.testTag("labor_hours"),
        problems[WorkOrder.Columns.laborHours.name],
        KeyboardType.Decimal,
        enabled = isFree,
    )
    Column {
        FieldName(WorkOrder.Columns.closeDate.name, "Close date", problems)
        DayField(content.closeDate, model::closeDate, isFree)
    }
    TypedField(
        content.description,
        model::description,
        "Description",
        Modifier.testTag("description"),
        problems[WorkOrder.Columns.description.name],
        lines = 4,
        enabled = isFree,
    )
}

@Composable
private fun FieldName(field: String, label: String, problems: Map<String, String>) {
    val problem = problems[field]
    val colours = MaterialTheme.colorScheme
    Text(
        problem ?: label,
        style = MaterialTheme.typography.labelLarge,
        color = if (problem == null) colours.onSurfaceVariant else colours.error,
    )
}

@Composable
private fun Buttons(state: JobFormState, model: JobFormModel) {
    val isFree = state.content != null && !state.isSaving
    Row(
        Modifier.fillMaxWidth().navigationBarsPadding().imePadding().padding(Space.two),
        horizontalArrangement = Arrangement.spacedBy(Space.one),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (state.hasDraft) {
            Text(
                "Draft kept",
                Modifier.weight(1f),
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
            TextButton(onClick = model::discard, enabled = isFree) { Text("Discard") }
            Button(onClick = model::save, enabled = isFree) { Text("Save") }
        } else {
            Button(onClick = model::save, Modifier.fillMaxWidth(), enabled = isFree) { Text("Save") }
        }
    }
}

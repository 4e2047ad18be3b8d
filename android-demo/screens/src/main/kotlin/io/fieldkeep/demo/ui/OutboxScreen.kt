package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.Button
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.dp
import io.fieldkeep.Severity
import io.fieldkeep.demo.OutboxModel
import io.fieldkeep.demo.OutboxRow
import io.fieldkeep.demo.StatusLine
import io.fieldkeep.demo.SyncNow

/** What waits on this device, why, and until when. */
@Composable
fun OutboxScreen(model: OutboxModel, onBack: () -> Unit) {
    val rows by model.rows.collectAsState()
    val sync by model.sync.collectAsState()
    val givingUp by model.givingUp.collectAsState()
    val message by model.message.collectAsState()
    Frame(title = "Outbox", onBack = onBack) { inner ->
        Column(Modifier.padding(inner)) {
            SyncBox(sync, model::syncNow) { if (!rows.isNullOrEmpty()) ExportButton(model) }
            OutboxList(rows, model)
        }
    }
    givingUp?.let { plan -> GiveUpDialog(plan, model::forgetPlan) { model.giveUp(plan) } }
    message?.let { Message(it, model::forgetMessage) }
}

@Composable
private fun ExportButton(model: OutboxModel) {
    OutlinedButton(onClick = { model.export() }) { Text("Export") }
}

@Composable
private fun SyncBox(sync: SyncNow, onSync: () -> Unit, beside: @Composable () -> Unit) {
    Column(
        Modifier.padding(horizontal = Space.two).padding(bottom = Space.one),
        verticalArrangement = Arrangement.spacedBy(Space.one),
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
            Button(onClick = onSync, Modifier.weight(1f), enabled = !sync.isRunning) {
                Text(if (sync.isRunning) "Syncing…" else "Sync now")
            }
            beside()
        }
        sync.report?.let { Text(it, Modifier.testTag("report"), style = MaterialTheme.typography.bodyMedium) }
    }
}

@Composable
private fun OutboxList(rows: List<OutboxRow>?, model: OutboxModel) {
    if (rows != null && rows.isEmpty()) {
        Nothing("Nothing waits on this device.")
        return
    }
    LazyColumn(
        contentPadding = PaddingValues(start = Space.two, end = Space.two, bottom = Space.two),
        verticalArrangement = Arrangement.spacedBy(Space.one),
    ) {
        items(rows.orEmpty(), key = { it.operation }) { row -> OutboxCard(row, model) }
    }
}

@Composable
private fun OutboxCard(row: OutboxRow, model: OutboxModel) {
    Card(
        onClick = { model.open(row) },
        modifier = Modifier.fillMaxWidth(),
        colors = CardDefaults.cardColors(MaterialTheme.colorScheme.surfaceContainerLow),
    ) {
        Column(
            Modifier.padding(start = Space.two, end = Space.two, top = Space.two, bottom = Space.half),
            verticalArrangement = Arrangement.spacedBy(Space.half),
        ) {
            val muted = MaterialTheme.colorScheme.onSurfaceVariant
            Text(row.title, style = MaterialTheme.typography.titleMedium, fontWeight = FontWeight.SemiBold)
            Text(row.what, style = MaterialTheme.typography.bodyMedium)
            if (row.needsReview) {
                StatusText(StatusLine(row.why, Severity.BANNER))
            } else {
                Text(
                    row.why,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.primary,
                    fontWeight = FontWeight.Medium,
                )
            }
            Text(row.times, style = MaterialTheme.typography.bodySmall, color = muted)
            row.blocks?.let {
                Text("Holds back: $it", style = MaterialTheme.typography.bodySmall, color = muted)
            }
            if (row.isHere) Holds(row, model)
        }
    }
}

/** What a person can do with an item that is still here. */
@Composable
private fun Holds(row: OutboxRow, model: OutboxModel) {
    // The words of the buttons stand below those of the card.
    Row(Modifier.offset(x = (-12).dp)) {
        if (row.isPaused) {
            TextButton(onClick = { model.unpause(row) }) { Text("Go on") }
        } else {
            TextButton(onClick = { model.pause(row) }) { Text("Pause") }
        }
        TextButton(onClick = { model.planGivingUp(row) }) { Text("Give up") }
    }
}
